import { crc32, KindredError, type TensorData } from "../base/index.ts";
import { type AudioPreprocessing, type AudioTowerOptions, audioDefaults } from "../modality/audio/index.ts";
import type { TextEncoderChoice, TextPreparation } from "../modality/text/index.ts";
import type { Encoder } from "../nn/index.ts";
import { encoderTower, exportTower, type Tower } from "../train/index.ts";
import { descriptionEntries, type EncoderDescription, preprocessingOf } from "./encoderDescription.ts";
import { encoderFingerprint, modelFingerprint } from "./encoderFingerprint.ts";
import type { ModelFile } from "./modelFile.ts";
import type { RunConfig } from "./runConfig.ts";

/** A tower as it goes into a folder `model`. */
export interface ModelTower {
  readonly tower: Tower;
  /** The tower's parameters and running statistics, by the names of `tower.state`; others are passed over. */
  readonly state: ReadonlyMap<string, TensorData>;
  /** What tells it from others beside its weights, as JSON, for the fingerprint: its architecture, and what is done to values. */
  readonly identity: { readonly encoder: object; readonly preprocessing: object | null };
  /** What is done to a value before the tower takes it, as JSON, for the reader of its modality; null where none can be made ready. */
  readonly preprocessing: object | null;
  /** Files that the reader needs, by the ends of their names: `tokenizer.json` of a text tower becomes `text.tokenizer.json`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Whether embeddings leave the tower with length 1. Default false. */
  readonly normalized?: boolean;
  /** What it takes, in words, for whoever finds the ONNX model alone. Default: the ports and their shapes. */
  readonly input?: string;
}

/** A tower that another model has already, such as a locked one: it is taken over as it is, with its fingerprint. */
export interface CopiedTower {
  readonly modality: string;
  readonly dim: number;
  /** What the other `model.json` says of it. */
  readonly described: ModelFile["towers"][string];
  /** Its ONNX model, and each file beside it that it names. */
  readonly files: readonly NamedFile[];
}

/** What a folder `model` is made of. */
export interface ModelContents {
  /** One for each modality, all of one `dim`. */
  readonly towers: readonly (ModelTower | CopiedTower)[];
  /** Of the weights, counted from 0; null for those of no checkpoint. */
  readonly epoch: number | null;
  /** Names of the classes it was trained on, by label; null where they have none. */
  readonly classes: readonly string[] | null;
  /** What else `model.json` is to hold, as JSON. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A file's name and what it holds. */
export type NamedFile = readonly [name: string, content: string | Uint8Array];

/** A tower as an ONNX model that says in its metadata what it is, and what that says. */
export async function describedTower(
  of: ModelTower,
  { epoch, classes }: Pick<ModelContents, "epoch" | "classes">,
): Promise<{
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly description: EncoderDescription<object | null>;
}> {
  const { tower, preprocessing, normalized = false, input } = of;
  const state = new Map(tower.state.map(({ name }) => [name, required(of, name)]));
  const files = checksums(of);
  const fingerprint = await encoderFingerprint(state, { ...of.identity, ...(files ? { files } : {}) });
  const description = {
    ...{ encoder: tower.name, dim: tower.dim, preprocessing, normalized },
    ...{ classes, fingerprint, epoch },
  };
  const entries = { ...(input === undefined ? {} : { input }), ...descriptionEntries(description) };
  return { onnx: exportTower(tower, state, entries), description };
}

/**
 * The files of a folder `model`, which stands by itself, in the order in which they are to be written: an ONNX model of each
 * tower with the files that it needs, and `model.json` last, which says which of them belong together.
 *
 * @throws KindredError for towers of two lengths or two of a modality, or a state that lacks a tensor.
 */
export async function modelFiles(contents: ModelContents): Promise<readonly NamedFile[]> {
  const { epoch, classes, extra } = contents;
  const towers = await Promise.all(
    contents.towers.map((of) => ("tower" in of ? writtenTower(of, contents) : of)),
  );
  const dim = towers[0]?.dim;
  const described: ModelFile["towers"] = {};
  for (const { modality, ...of } of towers) {
    if (Object.hasOwn(described, modality))
      throw new KindredError(`a model has one tower of ${modality}, received two`);
    if (of.dim !== dim) {
      const lengths = towers.map((one) => `${one.modality} ${one.dim}`).join(", ");
      throw new KindredError(`the towers of a model embed in one length, received ${lengths}`);
    }
    described[modality] = of.described;
  }
  if (dim === undefined) throw new KindredError("a model has a tower or more, received none");
  const model: ModelFile = {
    ...{ version: 1, dim, fingerprint: await modelFingerprint(described), epoch },
    ...{ classes: classes && [...classes], towers: described },
    ...(extra ? { extra: { ...extra } } : {}),
  };
  return [...towers.flatMap(({ files }) => files), ["model.json", `${JSON.stringify(model, null, 2)}\n`]];
}

async function writtenTower(of: ModelTower, contents: ModelContents): Promise<CopiedTower> {
  const { modality, dim } = of.tower;
  const { onnx, description } = await describedTower(of, contents);
  const { encoder, preprocessing, normalized } = description;
  const fingerprint = description.fingerprint!;
  const file = `${modality}.onnx`;
  const files = checksums(of);
  const beside = Object.entries(of.files ?? {}).map(
    ([end, content]) => [`${modality}.${end}`, content] as const,
  );
  return {
    ...{ modality, dim, files: [[file, onnx], ...beside] },
    described: { file, encoder, fingerprint, preprocessing, normalized, ...(files ? { files } : {}) },
  };
}

/** A run's picture encoder with the weights of an epoch, as a model of one tower. */
export function imageModel(
  encoder: Encoder,
  { data, towers: { image } }: RunConfig,
  state: ReadonlyMap<string, TensorData>,
  epoch: number | null,
): ModelContents & { readonly towers: readonly [ModelTower] } {
  const { channels } = image.encoder;
  const tower: ModelTower = {
    tower: encoderTower(encoder),
    state,
    identity: image,
    // Pictures have one channel or three, arrays any number.
    preprocessing: channels === 1 || channels === 3 ? preprocessingOf(image) : null,
    input: `[batch, ${encoder.inputShape.join(", ")}] scaled to [-1, 1]`,
  };
  return { towers: [tower], epoch, classes: data.classes };
}

/** A text tower with its state, as a tower of a model. */
export function textModelTower(
  tower: Tower,
  state: ReadonlyMap<string, TensorData>,
  choice: TextEncoderChoice,
  { description, tokenizer }: TextPreparation,
): ModelTower {
  return {
    ...{ tower, state, preprocessing: description },
    identity: { encoder: choice, preprocessing: description },
    ...(tokenizer === null ? {} : { files: { "tokenizer.json": tokenizer } }),
  };
}

/** An audio tower with its state, as a tower of a model. */
export function audioModelTower(
  tower: Tower,
  state: ReadonlyMap<string, TensorData>,
  options: AudioTowerOptions = {},
): ModelTower {
  const { sampleRate, seconds } = { ...audioDefaults, ...options };
  const preprocessing: AudioPreprocessing = { sampleRate, seconds };
  return { tower, state, preprocessing, identity: { encoder: { name: "audio", ...options }, preprocessing } };
}

function required({ tower, state }: ModelTower, name: string): TensorData {
  const tensor = state.get(name);
  if (tensor) return tensor;
  throw new KindredError(`the state of the tower ${tower.name} lacks ${name}, expected all of its tensors`);
}

/** Of a tower's files, by their names in the folder. */
function checksums({ tower, files }: ModelTower): Record<string, string> | null {
  if (!files) return null;
  return Object.fromEntries(
    Object.entries(files).map(([end, content]) => [`${tower.modality}.${end}`, checksumOf(content)]),
  );
}

/** The CRC-32 that `model.json` knows a file by: 8 hexadecimal digits. */
export function checksumOf(content: string | Uint8Array): string {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return crc32(bytes).toString(16).padStart(8, "0");
}
