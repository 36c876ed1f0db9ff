import { z } from "zod";
import { InputError } from "../base/index.ts";
import type { ModelTensor } from "../onnx/index.ts";
import { type Architecture, knownSentenceEncoders, unusedPositions } from "./architectures.ts";
import {
  type LogMelInput,
  type PictureInput,
  type Pooling,
  resamplings,
  type TokensInput,
} from "./manifest.ts";

const size = z.number().int().min(1);
const optional = <Type extends z.ZodType>(type: Type) => type.nullish();

const textConfig = {
  vocab_size: optional(size),
  max_position_embeddings: optional(size),
  hidden_size: optional(size),
};

/** What is read of `config.json`. */
export const modelConfigSchema = z.object({
  model_type: z.string(),
  _name_or_path: optional(z.string()),
  ...textConfig,
  text_config: optional(z.object(textConfig)),
});
export type ModelConfig = z.infer<typeof modelConfigSchema>;

/** What is read of `preprocessor_config.json` of pictures. */
export const pictureConfigSchema = z.object({
  image_processor_type: optional(z.string()),
  do_resize: optional(z.boolean()),
  size: optional(
    z.union([
      size,
      z.object({
        width: optional(size),
        height: optional(size),
        shortest_edge: optional(size),
        longest_edge: optional(size),
      }),
    ]),
  ),
  resample: optional(z.number().int().min(0).max(5)),
  do_center_crop: optional(z.boolean()),
  crop_size: optional(z.union([size, z.object({ width: size, height: size })])),
  do_rescale: optional(z.boolean()),
  rescale_factor: optional(z.number()),
  do_normalize: optional(z.boolean()),
  image_mean: optional(z.array(z.number()).length(3)),
  image_std: optional(z.array(z.number()).length(3)),
  do_pad: optional(z.boolean()),
  do_thumbnail: optional(z.boolean()),
  max_num_patches: optional(size),
});

/**
 * How pictures are prepared.
 *
 * @param file what messages call the configuration
 * @param port the model's input
 * @throws InputError where the preparation is not one that Kindred has, or does not give the size that the model takes.
 */
export function pictureInput(
  config: z.infer<typeof pictureConfigSchema>,
  { resample: usual }: Architecture,
  port: ModelTensor,
  file: string,
): PictureInput {
  for (const name of ["do_pad", "do_thumbnail", "max_num_patches"] as const) {
    if (config[name]) {
      throw new InputError(
        `${file}: prepares pictures with ${name}, expected resizing and a cut out of the middle: take a model of pictures of one size`,
      );
    }
  }
  const cuts = config.do_center_crop ?? false;
  const crop = cuts ? squareOf(config.crop_size ?? config.size, file) : null;
  const resize = (config.do_resize ?? true) ? resizeOf(config.size, cuts, file) : null;
  const made = crop ?? (resize && "width" in resize ? resize : null);
  if (!made) {
    throw new InputError(
      `${file}: leaves the size of pictures open, expected size with width and height, or crop_size`,
    );
  }
  const [, , height, width] = port.shape;
  if (
    (typeof height === "number" && height !== made.height) ||
    (typeof width === "number" && width !== made.width)
  ) {
    throw new InputError(
      `${file}: prepares pictures of ${made.width} x ${made.height}, the model takes ${width} x ${height}: it belongs to another model`,
    );
  }
  const normalizes = config.do_normalize ?? true;
  return {
    kind: "picture",
    port: port.name,
    resize,
    resample: config.resample == null ? (usual ?? "bicubic") : resamplings[config.resample]!,
    crop,
    scale: (config.do_rescale ?? true) ? (config.rescale_factor ?? 1 / 255) : 1,
    mean: normalizes ? (config.image_mean ?? [0.5, 0.5, 0.5]) : [0, 0, 0],
    std: normalizes ? (config.image_std ?? [0.5, 0.5, 0.5]) : [1, 1, 1],
  };
}

type SizeConfig = z.infer<typeof pictureConfigSchema>["size"];

function resizeOf(given: SizeConfig, cuts: boolean, file: string): PictureInput["resize"] {
  if (typeof given === "number") return cuts ? { edge: given } : { width: given, height: given };
  if (given?.longest_edge != null) {
    throw new InputError(
      `${file}: resizes the longest edge of pictures, expected the shortest one or both sides`,
    );
  }
  if (given?.shortest_edge != null) return { edge: given.shortest_edge };
  return squareOf(given, file);
}

function squareOf(given: SizeConfig, file: string): { readonly width: number; readonly height: number } {
  if (typeof given === "number") return { width: given, height: given };
  const edge = given?.shortest_edge;
  const [width, height] = [given?.width ?? edge, given?.height ?? edge];
  if (width == null || height == null) {
    throw new InputError(`${file}: does not say to which size pictures are resized or cut`);
  }
  return { width, height };
}

/** What is read of `preprocessor_config.json` of recordings, with the defaults of `ClapFeatureExtractor`. */
export const soundConfigSchema = z.object({
  sampling_rate: size.default(48_000),
  fft_window_size: size.default(1024),
  hop_length: size.default(480),
  feature_size: size.default(64),
  frequency_min: z.number().default(0),
  frequency_max: z.number().default(14_000),
  nb_max_samples: optional(size),
  max_length_s: optional(z.number().positive()),
  truncation: z.string().default("fusion"),
  padding: z.enum(["repeatpad", "repeat", "pad"]).default("repeatpad"),
});

/** @throws InputError for a model of fused windows, and for a Fourier transform of no power of two. */
export function logMelInput(
  config: z.infer<typeof soundConfigSchema>,
  port: ModelTensor,
  file: string,
): LogMelInput {
  const { sampling_rate: rate, fft_window_size: fft } = config;
  if (config.truncation !== "rand_trunc") {
    throw new InputError(
      `${file}: truncation ${config.truncation} stacks several spectrograms, expected rand_trunc: take an unfused model, such as laion/clap-htsat-unfused`,
    );
  }
  if (!Number.isInteger(Math.log2(fft))) {
    throw new InputError(`${file}: fft_window_size is ${fft}, expected a power of two`);
  }
  return {
    kind: "logMel",
    port: port.name,
    rate,
    samples: config.nb_max_samples ?? Math.round((config.max_length_s ?? 10) * rate),
    fft,
    hop: config.hop_length,
    mels: config.feature_size,
    low: config.frequency_min,
    high: config.frequency_max,
    padding: config.padding,
  };
}

const token = z.union([z.string(), z.object({ content: z.string() })]);

/** What is read of `tokenizer_config.json`. */
export const tokenizerConfigSchema = z.looseObject({
  model_max_length: optional(z.number()),
  pad_token: optional(token),
  eos_token: optional(token),
  padding_side: optional(z.enum(["left", "right"])),
});

/** What is read of `tokenizer.json` beside the tokenizer itself. */
export const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.number().int(), content: z.string() })).default([]),
  model: z.looseObject({
    vocab: z.union([z.record(z.string(), z.number()), z.array(z.tuple([z.string(), z.number()]))]),
  }),
});

/** What a folder of sentence-transformers says beside transformers' own files; each may be missing. */
export const sentenceSchemas = {
  limits: z.object({ max_seq_length: optional(size) }),
  prompts: z.object({ prompts: optional(z.record(z.string(), z.string())) }),
  modules: z.array(z.object({ type: z.string(), path: z.string() })),
  pooling: z.object({
    pooling_mode_cls_token: optional(z.boolean()),
    pooling_mode_mean_tokens: optional(z.boolean()),
    pooling_mode_lasttoken: optional(z.boolean()),
  }),
};

export interface TextFiles {
  readonly config: ModelConfig;
  readonly tokenizer: z.infer<typeof tokenizerSchema>;
  readonly tokenizerConfig: z.infer<typeof tokenizerConfigSchema>;
  readonly limits: z.infer<typeof sentenceSchemas.limits> | null;
  readonly prompts: z.infer<typeof sentenceSchemas.prompts> | null;
  /** By which the model is known: its path, and where its folder came from. */
  readonly names: readonly string[];
}

/** Most tokens where nothing says fewer. */
const mostTokens = 8192;

/**
 * How texts are prepared.
 *
 * @param ports the model's inputs
 * @throws InputError for an input that no text has.
 */
export function tokensInput(
  files: TextFiles,
  architecture: Architecture,
  ports: readonly ModelTensor[],
  modelFile: string,
): TokensInput {
  const { config, tokenizerConfig, limits } = files;
  const text = config.text_config ?? config;
  const positions = text.max_position_embeddings ?? architecture.text?.length ?? mostTokens;
  const lengths = [
    positions - unusedPositions(config.model_type),
    tokenizerConfig.model_max_length ?? mostTokens,
    limits?.max_seq_length ?? mostTokens,
  ];
  const vocabulary = text.vocab_size ?? architecture.text?.vocabulary;
  if (vocabulary === undefined) {
    throw new InputError(`config.json of ${modelFile} has no vocab_size, expected the number of tokens`);
  }
  const taken: TokensInput["ports"] = [];
  const empty: TokensInput["empty"] = [];
  for (const { name, dtype, shape, type } of ports) {
    if (name === "input_ids" || name === "attention_mask" || name === "token_type_ids") {
      if (dtype !== "int64" && dtype !== "int32") {
        throw new InputError(`${modelFile}: takes ${name} as ${type}, expected int64 or int32`);
      }
      taken.push({ name, dtype });
    } else if (/^(image|video|audio)_features$/.test(name) && dtype === "float32") {
      const width = shape.at(-1);
      const known = typeof width === "number" ? width : text.hidden_size;
      if (known == null)
        throw new InputError(`${modelFile}: leaves the width of ${name} open, expected a number`);
      empty.push({ name, width: known });
    } else {
      throw new InputError(
        `${modelFile}: takes ${name} (${type}), expected input_ids, attention_mask and token_type_ids alone: take the part that embeds texts`,
      );
    }
  }
  return {
    kind: "tokens",
    ports: taken,
    empty,
    maxLength: Math.max(1, Math.min(mostTokens, ...lengths)),
    pad: {
      to: architecture.padsToMax ? "max" : "longest",
      id: padId(files),
      side: tokenizerConfig.padding_side ?? "right",
    },
    vocabulary,
    prefixes: prefixesOf(files),
  };
}

function padId({ tokenizer, tokenizerConfig }: TextFiles): number {
  const named = tokenizerConfig.pad_token ?? tokenizerConfig.eos_token;
  const content = typeof named === "object" ? named?.content : named;
  const added = tokenizer.added_tokens.find((one) => one.content === content)?.id;
  if (content === undefined || added !== undefined) return added ?? 0;
  const { vocab } = tokenizer.model;
  return Array.isArray(vocab)
    ? Math.max(
        0,
        vocab.findIndex(([name]) => name === content),
      )
    : (vocab[content] ?? 0);
}

function prefixesOf({ prompts, names }: TextFiles): TokensInput["prefixes"] {
  const given = prompts?.prompts;
  if (given && Object.keys(given).length > 0) {
    return { query: given.query ?? "", document: given.document ?? given.passage ?? "" };
  }
  return knownOf(names)?.prefixes ?? { query: "", document: "" };
}

const knownOf = (names: readonly string[]) =>
  knownSentenceEncoders.find(({ name }) => names.some((one) => name.test(one)));

/** How tokens become one vector, by the folder's pooling, the model's name, or else their mean. */
export function poolingOf(
  pooling: z.infer<typeof sentenceSchemas.pooling> | null,
  names: readonly string[],
): Pooling {
  if (pooling?.pooling_mode_cls_token) return "cls";
  if (pooling?.pooling_mode_lasttoken) return "last";
  if (pooling?.pooling_mode_mean_tokens) return "mean";
  return knownOf(names)?.pooling ?? "mean";
}
