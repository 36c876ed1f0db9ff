import { z } from "zod";

const whole = z.number().int();
const sides = z.strictObject({ width: whole.min(1), height: whole.min(1) });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Filters by which a picture is resized, as `PIL.Image.Resampling` numbers and names them. */
export const resamplings = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"] as const;

const pictureSchema = z.strictObject({
  kind: z.literal("picture"),
  port: z.string(),
  /** To both sides, or the shorter one to `edge` with the aspect kept; null leaves the size as it is. */
  resize: z.union([sides, z.strictObject({ edge: whole.min(1) })]).nullable(),
  resample: z.enum(resamplings),
  /** Cut out of the middle; what is smaller stands on black. */
  crop: sides.nullable(),
  /** What bytes are multiplied by before the mean is taken off. */
  scale: z.number(),
  mean: z.array(z.number()).length(3),
  std: z.array(z.number()).length(3),
});

const tokensSchema = z.strictObject({
  kind: z.literal("tokens"),
  /** Inputs of the model: `input_ids` and, where it takes them, `attention_mask` and `token_type_ids`. */
  ports: z.array(
    z.strictObject({
      name: z.enum(["input_ids", "attention_mask", "token_type_ids"]),
      dtype: z.enum(["int64", "int32"]),
    }),
  ),
  /** Inputs that stay empty, `[0, width]`: what a text has of other modalities. */
  empty: z.array(z.strictObject({ name: z.string(), width: whole.min(1) })),
  /** Most tokens of a text, those included that the tokenizer puts around it. */
  maxLength: whole.min(1),
  /** Shorter texts are padded to the longest one of a batch, or always to `maxLength`. */
  pad: z.strictObject({ to: z.enum(["longest", "max"]), id: whole, side: z.enum(["left", "right"]) }),
  /** Number of token ids that the model knows. */
  vocabulary: whole.min(1),
  /** What is put before a text, by what the text is. */
  prefixes: z.strictObject({ query: z.string(), document: z.string() }),
});

const logMelSchema = z.strictObject({
  kind: z.literal("logMel"),
  port: z.string(),
  /** Samples a second. */
  rate: whole.min(1),
  /** Samples of a window. */
  samples: whole.min(1),
  fft: whole.min(2),
  hop: whole.min(1),
  mels: whole.min(1),
  /** Lowest and highest frequency, in Hz. */
  low: z.number(),
  high: z.number(),
  /** How a shorter recording fills a window: repeated whole and then silent, repeated to the end, or silent. */
  padding: z.enum(["repeatpad", "repeat", "pad"]),
});

export const pretrainedManifestSchema = z.strictObject({
  version: z.literal(1),
  modality: z.enum(["image", "text", "audio"]),
  /** `model_type` of the folder's `config.json`. */
  architecture: z.string(),
  /** The model's file in its folder, and the SHA-256 of it and of the files beside it that hold its weights. */
  model: z.strictObject({ file: z.string(), sha256 }),
  tokenizer: z.strictObject({ file: z.string(), sha256 }).nullable(),
  input: z.discriminatedUnion("kind", [pictureSchema, tokensSchema, logMelSchema]),
  /** Which output is taken, and how an output of tokens becomes one vector. */
  output: z.strictObject({ name: z.string(), pooling: z.enum(["none", "mean", "cls", "last"]) }),
  /** Rows at a time, at most. Dynamic quantisation scales a whole batch, so there it is 1: a row's embedding is its own. */
  batch: whole.min(1),
  /** Whether embeddings are scaled to length 1. */
  normalized: z.boolean(),
  dim: whole.min(1),
});

/** All that makes an embedding of a value beside the model itself. */
export type PretrainedManifest = Readonly<z.infer<typeof pretrainedManifestSchema>>;
export type PictureInput = Readonly<z.infer<typeof pictureSchema>>;
export type TokensInput = Readonly<z.infer<typeof tokensSchema>>;
export type LogMelInput = Readonly<z.infer<typeof logMelSchema>>;
/** How an output of tokens becomes one vector. */
export type Pooling = PretrainedManifest["output"]["pooling"];
/** Modalities that pretrained towers are read of. */
export type PretrainedModality = PretrainedManifest["modality"];
