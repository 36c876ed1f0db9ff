import { z } from "zod";
import { InputError } from "../base/index.ts";
import { parseJson } from "../base/parseJson.ts";
import { lossNames } from "../losses/index.ts";
import { preprocessingSchema, rowOrders, untoldForm } from "../modality/image/index.ts";
import { trunkDtypes, trunkPools } from "../nn/index.ts";
import { oneOf, schemaOf } from "./option.ts";
import { recipeNames } from "./recipeTable.ts";
import { requireSuitable } from "./suitable.ts";
import { trainingOptions } from "./trainingOptions.ts";

const whole = z.number().int();
const positive = z.number().positive();
const share = z.number().min(0).max(1);
const atLeast0 = z.number().min(0);
const range = z.tuple([positive, positive]).readonly();

/** What a training can be told is held to the bounds that its option has. */
const of = <Name extends keyof typeof trainingOptions>(name: Name) =>
  schemaOf<(typeof trainingOptions)[Name]["is"]>(trainingOptions[name].is);

const pictureShape = { channels: whole.min(1), size: whole.min(1), dim: of("dim") };

/** See `TrunkChoice`. */
const trunkSchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  input: z.string(),
  output: z.string(),
  dtype: z.enum(trunkDtypes),
  channels: whole.min(1).exactOptional(),
  pool: z.enum(trunkPools),
  batch: whole.min(1).nullable(),
  mean: z.array(z.number()),
  std: z.array(positive),
  features: whole.min(1),
});

export const encoderSchema = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("lesson"), ...pictureShape, dropout: z.number().min(0).lt(1) }),
  z.strictObject({ name: z.literal("compact"), ...pictureShape, width: of("width") }),
  z.strictObject({
    ...{ name: z.literal("resnet"), ...pictureShape, width: of("width"), depth: of("depth") },
    pool: z.enum(["mean", "flatten"]).exactOptional(),
    dropout: z.number().min(0).lt(1).exactOptional(),
  }),
  z.strictObject({ name: z.literal("convnext"), ...pictureShape, width: of("width"), depth: of("depth") }),
  z.strictObject({ name: z.literal("head"), ...pictureShape, hidden: of("hidden"), trunk: trunkSchema }),
]);

const lossSchema = z.strictObject({
  name: schemaOf(oneOf("name", lossNames)),
  temperature: of("temperature").exactOptional(),
  margin: of("margin").exactOptional(),
});

export const optimizerSchema = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("adam"), learningRate: of("lr") }),
  z.strictObject({ name: z.literal("adamW"), learningRate: of("lr"), weightDecay: z.number().min(0) }),
]);

export const scheduleSchema = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("constant") }),
  z.strictObject({ name: z.literal("stepLR"), stepSize: whole.min(1), gamma: positive }),
  z.strictObject({ name: z.literal("oneCycle"), warmup: z.number().min(0).max(1) }),
  z.strictObject({ name: z.literal("warmupCosine"), warmupSteps: whole.min(0) }),
]);

const samplerSchema = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("pairs") }),
  z.strictObject({ name: z.literal("shuffled") }),
  z.strictObject({ name: z.literal("classBalanced"), classes: of("classes"), images: of("imagesPerClass") }),
]);

export const augmentationSchema = z.strictObject({
  shift: z.number().min(0),
  rotation: z.number().min(0),
  scale: z.number().min(0).lt(1),
  elastic: z.strictObject({ alpha: of("elastic"), sigma: positive }).nullable(),
  /** The policy that these values began from, for the record. */
  policy: of("augmentation").exactOptional(),
  slant: z.number().min(0).lt(90).exactOptional(),
  crop: z.strictObject({ area: range, aspect: range }).exactOptional(),
  flip: share.exactOptional(),
  stroke: share.exactOptional(),
  jitter: z
    .strictObject({
      ...{ brightness: atLeast0, contrast: atLeast0, saturation: atLeast0 },
      hue: z.number().min(0).max(0.5),
      probability: share,
    })
    .exactOptional(),
  grey: share.exactOptional(),
  blur: z.strictObject({ sigma: range, probability: share }).exactOptional(),
});

/** Between encoder and loss in training, see `projectionHead`. */
const headSchema = z.strictObject({ hidden: whole.min(1), dim: whole.min(1) });

const formSchema = z.strictObject({
  labelColumn: of("labelColumn").nullable(),
  colourOrder: of("colourOrder").nullable(),
  transpose: of("transpose"),
});

/** Everything that defines a run, as its `config.json` holds it: with the same one, the same run. */
export const runConfigSchema = z.strictObject({
  version: z.literal(2, {
    error: () => "expected 2 (1 is a run of an earlier Kindred, which has to be trained anew)",
  }),
  /** The recipe that the choices began from; what follows holds in any case. */
  recipe: z.enum(recipeNames),
  data: z.strictObject({
    /** `mnist`, or the path of a CSV, an IDX file or a folder of them, or of pictures or a table of their paths. */
    source: z.string().min(1),
    /** In which order the rows of arrays are taken, see `mixedRows`; runs from before there was a choice have the source's. */
    order: z.enum(rowOrders).default("source"),
    /** First rows taken in that order, of picture files as many by lot; null for all. */
    limit: of("limit").nullable(),
    /** Last rows kept for validation. */
    validation: of("validation"),
    /** Of the rows taken, so that a run does not go on with other data unnoticed; null until they are read. */
    fingerprint: z.string().nullable(),
    /** Names of the classes by label; null for numbers. */
    classes: z.array(z.string()).nullable().default(null),
    /** Whether the labels of picture files are passed over. */
    unlabelled: of("unlabelled").default(false),
    /** What was said of how the data is written, see `DataForm`. */
    form: formSchema.default(untoldForm),
  }),
  /** What is embedded, by modality. */
  towers: z.strictObject({
    image: z.strictObject({
      encoder: encoderSchema,
      /** The ONNX file of the frozen model that an encoder of the name `head` begins with; null for others. */
      trunk: of("trunk").nullable().default(null),
      /** How picture files were made images of one size, and are to be wherever the encoder is used; null for arrays. */
      preprocessing: preprocessingSchema.nullable().default(null),
    }),
  }),
  /** What the loss sees the embeddings through, in training only; null where it sees them as they are. */
  head: headSchema.nullable().default(null),
  // Runs from before there was a choice are the lesson's.
  loss: lossSchema.default({ name: "cosine-pair" }),
  sampler: samplerSchema.default({ name: "pairs" }),
  /** How pictures are varied at random; null leaves them as they are. */
  augmentation: augmentationSchema.nullable().default(null),
  optimizer: optimizerSchema,
  schedule: scheduleSchema,
  /** At most. */
  epochs: of("epochs"),
  /** Epochs without a better one on the validation pictures after which training stops; 0 for all epochs. */
  patience: of("patience").default(0),
  /** Pairs or pictures in a step. */
  batchSize: of("batchSize"),
  seed: of("seed"),
  /** The checkpoint that weights were taken from, for the record; null for random ones. */
  init: of("init").nullable(),
  /** Whether a sample's embeddings are recorded on the way; runs from before there was a choice have none. */
  record: of("record").default(false),
});

export type RunConfig = z.infer<typeof runConfigSchema>;

/** How pictures become embeddings in a run. */
export type ImageTowerConfig = RunConfig["towers"]["image"];

/**
 * A run's configuration from the text of its `config.json`.
 *
 * @throws InputError naming the file, the first field that is wrong, and what is wrong with it.
 */
export function parseRunConfig(text: string, fileName: string): RunConfig {
  const config = parseJson(
    runConfigSchema,
    text,
    fileName,
    "the configuration of a run: put its copy back, or train another run in another folder",
  );
  try {
    requireSuitable(config);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${fileName}: ${error.message}`);
    throw error;
  }
  return config;
}
