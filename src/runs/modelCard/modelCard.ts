import { printable } from "../../base/index.ts";
import { listed } from "../../base/listed.ts";
import type { EncoderDescription } from "../encoderDescription.ts";
import type { RunConfig } from "../runConfig.ts";
import { code, codeBlock } from "./markdown.ts";
import { metrics } from "./metrics.ts";
import type { ModelCardInput } from "./modelCardInput.ts";
import { type ExportFormat, usage } from "./usage.ts";

const libraries: Readonly<Record<ExportFormat, string>> = {
  onnx: "onnx",
  transformersjs: "transformers.js",
  safetensors: "kindred",
  pt: "kindred",
};

const fitWords = {
  cover: "resized until it fills the square, and cut to its middle",
  contain: "resized until it fits into the square, the rest of that colour",
  stretch: "stretched to the square",
} as const;

/**
 * A model card: what an exported encoder was trained on and how, what it reached beside its baselines, what not to expect,
 * and how to use it. Markdown with the front matter that model hubs read.
 *
 * @see https://huggingface.co/docs/hub/model-cards
 */
export function modelCard(input: ModelCardInput): string {
  const { name, format, file, config, description, version, without } = input;
  const parts = [
    frontMatter(format, description),
    `# ${printable(name)}`,
    `Maps a picture to ${description.dim} numbers in which like things lie near each other: for finding pictures similar to one given. Trained with Kindred ${version} by contrast. It is an encoder, not a classifier.`,
    ...(without === null ? [] : [`**${without}**`]),
    `## Data\n\n${data(config)}`,
    `## Preprocessing\n\n${preprocessing(input)}`,
    `## Recipe\n\n${recipe(config, description)}`,
    `## Metrics\n\n${metrics(input)}`,
    `## Limits\n\n${limits(input)}`,
    `## How to use it\n\n${usage({ format, file, description, encoder: config.towers.image.encoder })}`,
    "## Licence\n\nNot chosen yet. Whoever publishes this model says here, and as `license:` at the top, under which licence, with a view to that of the pictures.",
    `## The whole configuration\n\n<details><summary>config.json</summary>\n\n${codeBlock(JSON.stringify(config, null, 2), "json")}\n\n</details>`,
  ];
  return `${parts.join("\n\n")}\n`;
}

function frontMatter(format: ExportFormat, { encoder }: EncoderDescription): string {
  const tags = ["kindred", "contrastive-learning", "image-similarity", "embeddings", encoder];
  if (format === "onnx" || format === "transformersjs") tags.push("onnx");
  return [
    "---",
    `library_name: ${libraries[format]}`,
    "pipeline_tag: image-feature-extraction",
    "tags:",
    ...tags.map((tag) => `  - ${tag}`),
    "# license: (choose one)",
    "---",
  ].join("\n");
}

function data({ data: { source, fingerprint, limit, validation, classes, unlabelled } }: RunConfig): string {
  const count = fingerprint?.split("x")[0];
  const lines = [
    `- Source: ${code(source)}${limit === null ? "" : `, its first ${limit} pictures`}`,
    ...(count === undefined
      ? []
      : [
          `- Pictures: ${count}, of which ${validation} were kept for validation (fingerprint \`${fingerprint}\`)`,
        ]),
  ];
  if (classes) {
    lines.push(`- Classes: ${classes.length}: ${listed(classes.map(code), 50)}`);
  } else lines.push(unlabelled ? "- Labels: none were used" : "- Classes: without names");
  return lines.join("\n");
}

function preprocessing({ format, description, config }: ModelCardInput): string {
  const { size, channels, fit, background = "#000000", levels } = description.preprocessing;
  const ground = { "#000000": "black", "#ffffff": "white" }[background] ?? background;
  const deep = levels
    ? `its levels ${levels.join(" to ")} made 0 to 255 where they are of more than 8 bits, `
    : "";
  const colour =
    channels === 1 ? "grey (by luminance, Rec. 709, in linear light)" : "red, green, blue (sRGB)";
  const where: Readonly<Record<ExportFormat, string>> = {
    onnx: `The model takes \`pixels\`, bytes \`[batch, ${size}, ${size}, ${channels}]\`, and scales them itself. What comes before is written in its metadata (\`kindred.preprocessing\`), where Kindred's \`Encoder\` finds it.`,
    transformersjs: `\`preprocessor_config.json\` has Transformers.js do this. Pictures that already are ${size} x ${size} come out the same; larger ones nearly so, as it cuts at whole pixels of its own. Transparent parts are not laid on ${ground} there: do that before.${channels === 1 ? " Grey is made inside the model." : ""}`,
    safetensors: "It is written in the file's metadata (`kindred.preprocessing`) too.",
    pt: "It is written in the JSON file beside the weights too.",
  };
  const { encoder } = config.towers.image;
  const batch = encoder.name === "head" ? encoder.trunk.batch : null;
  return [
    `A picture is turned as its EXIF orientation says, its transparency laid on ${ground}, ${deep}${fitWords[fit]} (${size} x ${size} pixels, Lanczos), and made ${colour}. Bytes are scaled to [-1, 1] by \`byte / 127.5 - 1\`.`,
    where[format],
    ...(format === "onnx" || format === "transformersjs"
      ? [
          ...(batch === null ? [] : [`Its frozen trunk takes just ${batch} pictures at a time.`]),
          description.normalized
            ? "Embeddings leave the model with length 1."
            : "Embeddings leave the model as they are, of any length; compare them by cosine.",
        ]
      : []),
  ].join("\n\n");
}

function recipe(config: RunConfig, { epoch, dim, fingerprint }: EncoderDescription): string {
  const { encoder } = config.towers.image;
  const { loss, optimizer, schedule, sampler, augmentation } = config;
  const settings = (part: Readonly<Record<string, unknown>>): string =>
    Object.entries(part)
      .filter(([key, value]) => key !== "name" && value !== null)
      .map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : value}`)
      .join(", ");
  const named = (part: { readonly name: string }): string => {
    const rest = settings({ ...part });
    return rest === "" ? `\`${part.name}\`` : `\`${part.name}\` (${rest})`;
  };
  return [
    `- Encoder: ${named(encoder)}, to ${dim} numbers`,
    `- Loss: ${named(loss)}, batches by ${named(sampler)} of ${config.batchSize}`,
    `- Variations of pictures: ${augmentation === null ? "none" : settings(augmentation)}`,
    `- Optimizer: ${named(optimizer)}, schedule ${named(schedule)}`,
    `- Checkpoint: after epoch ${(epoch ?? 0) + 1} of at most ${config.epochs}, seed ${config.seed}`,
    ...(fingerprint === null ? [] : [`- Fingerprint: \`${fingerprint}\``]),
  ].join("\n");
}

/** What not to expect of an encoder, as far as its configuration tells. */
function limits({ config, description, evaluation }: Omit<ModelCardInput, "name">): string {
  const { size, channels } = description.preprocessing;
  const { classes } = config.data;
  const lines = [
    classes
      ? `It learned to tell these ${classes.length} classes apart. For pictures of other things, near and far may mean little: measure before relying on it.`
      : "It learned from the pictures named above. For pictures of another kind, near and far may mean little: measure before relying on it.",
    `It sees ${size} x ${size} pixels${channels === 1 ? " of grey" : ""}: what is smaller than a ${size}th of a picture${channels === 1 ? ", and colour," : ""} is lost to it.`,
    "It gives no probability and does not say that it does not know: the nearest picture is near only in comparison.",
    "Whatever is uneven in the data, such as classes with few pictures or one background for a class, is in the embeddings too. Nothing here has been checked for fairness towards people.",
    "Embeddings of two encoders, or of two checkpoints, cannot be compared: the fingerprint above tells them apart.",
  ];
  if (!evaluation) lines.push("Its metrics stand without baselines, so they prove little.");
  return lines.map((line) => `- ${line}`).join("\n");
}
