import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../../base/index.ts";
import type { Picture } from "../../../encoder/index.ts";
import type { Sound } from "../../../modality/audio/index.ts";
import { type ModelTensor, readModel } from "../../../onnx/index.ts";
import {
  logMel,
  logMelInput,
  type OpenModel,
  type Pooling,
  type Prepare,
  type PretrainedManifest,
  type PretrainedModality,
  PretrainedTower,
  pictureConfigSchema,
  pictureInput,
  pixelValues,
  pooled,
  poolingOf,
  recordingWindows,
  sentenceSchemas,
  soundConfigSchema,
  TextTokens,
  tokenizerConfigSchema,
  tokenizerSchema,
  tokensInput,
} from "../../../pretrained/index.ts";
import { sha256Of } from "../files/sha256.ts";
import { ModelSession, type ModelSessionOptions } from "../ort/modelSession.ts";
import { readOnnxFile } from "../trunk/onnxFile.ts";
import { batchwiseDtypes, type Dtype } from "./layout.ts";
import { type FolderPart, findPart, readJson, readOptional } from "./modelFolder.ts";
import { rgbPicture } from "./rgbPicture.ts";

/** What a tower of each modality embeds. */
export interface PretrainedValues {
  readonly image: Picture;
  readonly text: string;
  readonly audio: Sound;
}

export interface PretrainedOptions extends ModelSessionOptions {
  /** Precision of the weights. Default: float32 where the folder has it, else the first of the others. */
  readonly dtype?: Dtype;
  /** How an output of tokens becomes one vector. Default: as the folder or the model's name says, else their mean. */
  readonly pooling?: Exclude<Pooling, "none">;
  /** What is put before texts. Default: as the folder or the model's name says, else nothing. */
  readonly prefixes?: { readonly query: string; readonly document: string };
}

/** Rows at a time of models that take any number. */
const usualBatch = 16;

/**
 * Reads a tower of a folder in transformers.js' layout: CLIP, SigLIP, CLAP, sentence encoders, DINO, ViT. It is tried on one
 * value, so that what comes back embeds.
 *
 * Dispose of it when it is no longer used.
 *
 * @throws InputError when the folder lacks a file (which, and where it was looked for), or its files do not fit each other.
 * @see https://huggingface.co/docs/transformers.js/custom_usage
 */
export async function pretrainedTower<Name extends PretrainedModality>(
  folder: string,
  modality: Name,
  options: PretrainedOptions = {},
): Promise<PretrainedTower<PretrainedValues[Name]>> {
  const found = await findPart(folder, modality, options.dtype);
  const path = join(folder, found.file);
  const { bytes, sha256 } = await readOnnxFile(path);
  const { inputs, outputs } = readModel(bytes, path);
  const read = await readers[modality](found, inputs, path, options);
  const output = chosenOutput(found, outputs, path, options.pooling ?? read.pooling);
  const model = await ModelSession.open(bytes, path, [output.name], options);
  try {
    const dim = await triedDim(model, read.prepare, read.example, output, path);
    const fixed = inputs[0]!.shape[0];
    const alone = batchwiseDtypes.has(found.dtype);
    const manifest: PretrainedManifest = {
      version: 1,
      modality,
      architecture: found.config.model_type,
      model: { file: found.file, sha256 },
      tokenizer: read.tokenizer,
      input: read.input,
      output,
      batch: alone || fixed === 1 ? 1 : usualBatch,
      normalized: found.part.normalized,
      dim,
    };
    return new PretrainedTower(path, manifest, fingerprintOf(manifest), model, read.prepare);
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

/** What a folder says of one modality. */
interface ReadPart<Value> {
  readonly input: PretrainedManifest["input"];
  readonly tokenizer: PretrainedManifest["tokenizer"];
  /** How tokens become one vector where the architecture leaves that open. */
  readonly pooling: Pooling;
  readonly prepare: Prepare<Value>;
  /** A value to try the model with. */
  readonly example: Value;
}

type Read<Value> = (
  found: FolderPart,
  inputs: readonly ModelTensor[],
  path: string,
  options: PretrainedOptions,
) => Promise<ReadPart<Value>>;

const readers: { readonly [Name in PretrainedModality]: Read<PretrainedValues[Name]> } = {
  image: readImagePart,
  text: readTextPart,
  audio: readAudioPart,
};

async function readImagePart(
  { folder, architecture }: FolderPart,
  inputs: readonly ModelTensor[],
  path: string,
): Promise<ReadPart<Picture>> {
  const port = onlyInput(inputs, "pixel_values", path);
  const [file, config] = await preprocessor(folder, "image_processor", pictureConfigSchema);
  const input = pictureInput(config, architecture, port, file);
  return {
    ...{ input, tokenizer: null, pooling: "cls" },
    prepare: {
      batch: async (pictures, names) => {
        const read = await Promise.all(pictures.map((picture, i) => rgbPicture(picture, names[i]!)));
        return { ports: pixelValues(read, input) };
      },
    },
    example: { data: new Uint8Array(12), width: 2, height: 2, channels: 3 },
  };
}

async function readAudioPart(
  { folder }: FolderPart,
  inputs: readonly ModelTensor[],
  path: string,
): Promise<ReadPart<Sound>> {
  const port = onlyInput(inputs, "input_features", path);
  const [file, config] = await preprocessor(folder, "feature_extractor", soundConfigSchema);
  const input = logMelInput(config, port, file);
  return {
    ...{ input, tokenizer: null, pooling: "none" },
    prepare: {
      batch: (recordings, names) => {
        const windows = recordings.map((recording, i) => recordingWindows(recording, input, names[i]!));
        return { ports: logMel(windows.flat(), input), rows: windows.map(({ length }) => length) };
      },
    },
    example: { samples: new Float32Array(1), sampleRate: input.rate },
  };
}

async function readTextPart(
  { folder, config, architecture, names }: FolderPart,
  inputs: readonly ModelTensor[],
  path: string,
  { prefixes }: PretrainedOptions,
): Promise<ReadPart<string>> {
  const ofSentences = "settings of sentence-transformers";
  const tokenizer = await readJson(folder, "tokenizer.json", tokenizerSchema, "a tokenizer");
  const tokenizerConfig =
    (await readOptional(folder, "tokenizer_config.json", tokenizerConfigSchema, "a tokenizer's settings")) ??
    {};
  const limits = await readOptional(folder, "sentence_bert_config.json", sentenceSchemas.limits, ofSentences);
  const prompts = await readOptional(
    folder,
    "config_sentence_transformers.json",
    sentenceSchemas.prompts,
    ofSentences,
  );
  const modules = await readOptional(folder, "modules.json", sentenceSchemas.modules, ofSentences);
  const place = modules?.find(({ type }) => type.endsWith(".Pooling"))?.path ?? "1_Pooling";
  const pooling = await readOptional(folder, `${place}/config.json`, sentenceSchemas.pooling, ofSentences);
  const read = tokensInput(
    { config, tokenizer, tokenizerConfig, limits, prompts, names },
    architecture,
    inputs,
    path,
  );
  const input = prefixes ? { ...read, prefixes } : read;
  const file = join(folder, "tokenizer.json");
  const tokens = new TextTokens(tokenizer, tokenizerConfig, input, file);
  return {
    input,
    tokenizer: { file: "tokenizer.json", sha256: sha256Of(JSON.stringify([tokenizer, tokenizerConfig])) },
    pooling: poolingOf(pooling, names),
    prepare: {
      batch: (texts, _, as) => tokens.batch(texts, as),
      length: (text) => text.length,
    },
    example: "a",
  };
}

function onlyInput(inputs: readonly ModelTensor[], name: string, path: string): ModelTensor {
  const [input] = inputs;
  if (input?.name === name && inputs.length === 1 && input.dtype === "float32") return input;
  const listed = inputs.map((one) => `${one.name} (${one.type})`).join(", ") || "nothing";
  throw new InputError(
    `${path}: takes ${listed}, expected ${name} (float32) alone: take another export of the model`,
  );
}

/** `preprocessor_config.json`, or that part of `processor_config.json`, with its path. */
async function preprocessor<Value>(
  folder: string,
  part: "image_processor" | "feature_extractor",
  schema: z.ZodType<Value>,
): Promise<readonly [file: string, config: Value]> {
  const what = "how the model's input is prepared";
  const nested = await readOptional(
    folder,
    "processor_config.json",
    z.object({ [part]: schema.optional() }),
    what,
  );
  const config = nested?.[part];
  if (config !== undefined) return [join(folder, "processor_config.json"), config];
  const file = "preprocessor_config.json";
  return [join(folder, file), await readJson(folder, file, schema, what)];
}

function chosenOutput(
  { part }: FolderPart,
  outputs: readonly ModelTensor[],
  path: string,
  open: Pooling,
): PretrainedManifest["output"] {
  const wanted = part.outputs.find(({ name }) => outputs.some((output) => output.name === name));
  if (wanted) {
    const tokens = outputs.find(({ name }) => name === wanted.name)!.shape.length === 3;
    return { name: wanted.name, pooling: tokens ? (wanted.pooling ?? open) : "none" };
  }
  throw new InputError(
    `${path}: makes ${outputs.map(({ name }) => name).join(", ")}, expected ${part.outputs.map(({ name }) => name).join(" or ")}: take an export for feature extraction`,
  );
}

/** How long the embedding of a value is. */
async function triedDim<Value>(
  model: OpenModel,
  prepare: Prepare<Value>,
  example: Value,
  output: PretrainedManifest["output"],
  path: string,
): Promise<number> {
  const { ports } = await prepare.batch([example], ["the example"], "document");
  const mask = ports.attention_mask && { ...ports.attention_mask, data: ports.attention_mask.data.slice() };
  const made = await model.run(ports).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    throw new InputError(`${path}: fails on one value (${reason}): its settings belong to another model`, {
      cause: error,
    });
  });
  return pooled(made[output.name]!, output.pooling, mask, path)[0]!.length;
}

function fingerprintOf({ model, tokenizer, ...rest }: PretrainedManifest): string {
  return sha256Of(JSON.stringify([model.sha256, tokenizer?.sha256 ?? null, rest]));
}
