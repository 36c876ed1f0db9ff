import { type Command, Option } from "commander";
import { type LossName, lossNames } from "../../losses/index.ts";
import {
  type AugmentationPolicy,
  augmentationPolicies,
  type EncoderName,
  encoderNames,
} from "../../modality/image/index.ts";
import { parameterCount } from "../../nn/index.ts";
import {
  autoRecipe,
  configuredParts,
  type RecipeChoice,
  type RunChoices,
  type RunConfig,
  recipeNames,
  type SamplerName,
  type ScheduleName,
} from "../../runs/index.ts";
import { positiveNumber, wholeNumber } from "../options.ts";

const samplers = {
  pairs: "pairs",
  shuffled: "shuffled",
  "class-balanced": "classBalanced",
} as const satisfies Record<string, SamplerName>;

const schedules = {
  step: "stepLR",
  "one-cycle": "oneCycle",
  "warmup-cosine": "warmupCosine",
  constant: "constant",
} as const satisfies Record<string, ScheduleName>;

/** The recipe, and what of it the command line chooses otherwise. */
export interface ChoiceOptions {
  readonly recipe: RecipeChoice;
  readonly encoder?: EncoderName;
  readonly width?: number;
  readonly depth?: number;
  readonly dim?: number;
  readonly loss?: LossName;
  readonly temperature?: number;
  readonly margin?: number;
  readonly sampler?: keyof typeof samplers;
  readonly classes?: number;
  readonly imagesPerClass?: number;
  readonly lr?: number;
  readonly schedule?: keyof typeof schedules;
  readonly augment?: boolean;
  readonly augmentation?: AugmentationPolicy;
  readonly elastic?: number;
  readonly head?: boolean;
}

/** Adds the options of {@link ChoiceOptions} to a command. */
export function addChoiceOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--recipe <name>",
        "auto: what suits the pictures, with reasons (the lesson for small grey ones in arrays); lesson: pairs, as the lesson has it; fast: all pairs of a batch, each picture encoded once; simclr: without labels, two variations of each picture",
      )
        .choices([autoRecipe, ...recipeNames])
        .default(autoRecipe),
    )
    .addOption(
      choice(
        "--loss <name>",
        "what is minimised (lesson: cosine-pair, fast: supcon, simclr: nt-xent)",
        lossNames,
      ),
    )
    .option("--temperature <t>", "of supcon, nt-xent and infonce", positiveNumber)
    .option("--margin <m>", "of the triplet losses and margin", positiveNumber)
    .addOption(
      choice("--encoder <name>", "what is trained (lesson: lesson, fast and simclr: compact)", encoderNames),
    )
    .option(
      "--width <n>",
      "channels of its first block or stage (compact and resnet: 16, convnext: 32)",
      wholeNumber(1),
    )
    .option("--depth <n>", "blocks of each stage of resnet and convnext (default: 1)", wholeNumber(1))
    .option("--dim <n>", "length of an embedding (default: 64)", wholeNumber(1))
    .addOption(
      choice("--sampler <name>", "how batches are drawn (default: as the loss needs)", Object.keys(samplers)),
    )
    .option("--classes <n>", "classes in a class-balanced batch (default: 10)", wholeNumber(2))
    .option("--images-per-class <n>", "pictures of each of them (default: 10)", wholeNumber(2))
    .option("--lr <rate>", "learning rate, at its highest (lesson: 0.005, others: 0.01)", positiveNumber)
    .addOption(
      choice(
        "--schedule <name>",
        "its course (lesson: step, fast: one-cycle, simclr: warmup-cosine)",
        Object.keys(schedules),
      ),
    )
    .option("--augment", "vary pictures at random (default but with --recipe lesson)")
    .option("--no-augment", "leave pictures as they are")
    .addOption(
      choice(
        "--augmentation <policy>",
        "how: light (shift, rotation, scale), digits (the same and more of it, distorted), photo (crop, mirror, colours) (default: light with labels; without, as the pictures are)",
        augmentationPolicies,
      ),
    )
    .option("--elastic <pixels>", "strength of an elastic distortion", positiveNumber)
    .option("--head", "train through a projection head, which is left out afterwards (losses without labels)")
    .option("--no-head", "train the embeddings themselves");
}

function choice(flags: string, description: string, names: readonly string[]): Option {
  return new Option(flags, description).choices(names);
}

/** What the command line chooses, as a recipe takes it. */
export function chosen(options: ChoiceOptions): Partial<RunChoices> {
  const { encoder, width, depth, dim, loss, temperature, margin, sampler, classes, imagesPerClass } = options;
  const { lr, schedule, augment, augmentation, elastic, head } = options;
  return {
    ...{ encoder, width, depth, dim, loss, temperature, margin, classes, imagesPerClass },
    ...{ augment, augmentation, elastic, head },
    learningRate: lr,
    sampler: sampler && samplers[sampler],
    schedule: schedule && schedules[schedule],
  };
}

/** Each option that a resumed run may repeat but not change, with what the run was begun with; null for without. */
export function begunWith(
  config: RunConfig,
): Readonly<Record<keyof ChoiceOptions, string | number | boolean | null>> {
  const { recipe, encoder, head, loss, sampler, optimizer, schedule, augmentation } = config;
  const balanced = sampler.name === "classBalanced" ? sampler : null;
  return {
    recipe,
    encoder: encoder.name,
    width: "width" in encoder ? encoder.width : null,
    depth: "depth" in encoder ? encoder.depth : null,
    dim: encoder.dim,
    loss: loss.name,
    temperature: loss.temperature ?? null,
    margin: loss.margin ?? null,
    sampler: nameOf(samplers, sampler.name),
    classes: balanced?.classes ?? null,
    imagesPerClass: balanced?.images ?? null,
    lr: optimizer.learningRate,
    schedule: nameOf(schedules, schedule.name),
    augment: augmentation !== null,
    augmentation: augmentation?.policy ?? null,
    elastic: augmentation?.elastic?.alpha ?? null,
    head: head !== null,
  };
}

/** A configuration in one line, for people. */
export function describeConfig(config: RunConfig): string {
  const { recipe, encoder, head, loss, sampler, optimizer, schedule, augmentation, batchSize } = config;
  const size = parameterCount(configuredParts(config).encoder).toLocaleString("en");
  const wide = describeSize(encoder);
  const options = [
    loss.temperature === undefined ? "" : ` at temperature ${loss.temperature}`,
    loss.margin === undefined ? "" : ` with margin ${loss.margin}`,
  ].join("");
  const batches = {
    pairs: `batches of ${batchSize} pairs`,
    shuffled: `batches of ${batchSize} pictures`,
    classBalanced:
      sampler.name === "classBalanced"
        ? `batches of ${sampler.classes} classes x ${sampler.images} pictures`
        : "",
  }[sampler.name];
  const policy = augmentation?.policy ?? "light";
  const how = policy === "light" ? "varied" : `varied as ${policy}`;
  const varied = augmentation ? `, ${how}${augmentation.elastic ? " and distorted" : ""}` : "";
  const through = head ? ` through a head of ${head.hidden} and ${head.dim}` : "";
  return `recipe: ${recipe}: ${encoder.name} encoder (${size} parameters${wide}, dim ${encoder.dim}), loss ${loss.name}${options}${through}, ${batches}${varied}, ${optimizer.name} at ${optimizer.learningRate}, ${nameOf(schedules, schedule.name)} schedule`;
}

/** What of an encoder's size was chosen. */
function describeSize(encoder: RunConfig["encoder"]): string {
  if (encoder.name === "head") return `, hidden ${encoder.hidden}, on ${encoder.trunk.features} features`;
  const width = "width" in encoder ? `, width ${encoder.width}` : "";
  return "depth" in encoder ? `${width}, depth ${encoder.depth}` : width;
}

/** What the command line calls a name of the configuration. */
function nameOf(table: Readonly<Record<string, string>>, name: string): string {
  return Object.entries(table).find(([, known]) => known === name)?.[0] ?? name;
}
