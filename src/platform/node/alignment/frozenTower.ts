import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError, shellWord } from "../../../base/index.ts";
import type { ItemModality } from "../../../data/index.ts";
import { type CopiedTower, isAlignmentConfig, type ModelTower } from "../../../runs/index.ts";
import type { EmbedOptions } from "../../../train/index.ts";
import { readTextOrExplain } from "../files/files.ts";
import { Model } from "../model/model.ts";
import { readTower } from "../model/modelFolder.ts";
import { pretrainedTower } from "../pretrained/pretrainedTower.ts";
import { pretrainedModelTower } from "./pretrainedModelTower.ts";

export interface FrozenOptions extends Pick<EmbedOptions, "onProgress" | "signal"> {
  /** Told how many texts were longer than a pretrained tower takes, and were cut. */
  readonly onCut?: (texts: number) => void;
}

/** A tower that was trained elsewhere and stays as it is, from values of its modality on: pictures as files, texts, sounds. */
export interface FrozenTower {
  readonly modality: ItemModality;
  /** Length of an embedding. */
  readonly dim: number;
  readonly fingerprint: string;
  /** Rate and window of the recordings that it takes; null of other modalities. */
  readonly sound: { readonly sampleRate: number; readonly seconds: number } | null;
  /** Embeddings of values, in their order, each `[dim]`. */
  embed(values: readonly unknown[], options: FrozenOptions): Promise<readonly Float32Array[]>;
  /**
   * As it goes into a model, with a trained head behind it where `head` has the length of that one's embeddings.
   *
   * @throws InputError for a head on a tower that was trained here.
   */
  model(head: number | null): Promise<(state: ModelTower["state"]) => ModelTower | CopiedTower>;
  dispose(): Promise<void>;
}

/** What a folder holds that a tower is to come from. */
export type TowerSource = "pictures" | "model" | "pretrained";

/**
 * What is in a folder: a run of pictures alone, another model that was trained here, or a pretrained one in transformers.js' layout.
 *
 * @throws InputError when it is none of these.
 */
export async function towerSource(from: string): Promise<TowerSource> {
  const model = [join(from, "model"), from].some((folder) => existsSync(join(folder, "model.json")));
  const config = join(from, "config.json");
  if (!existsSync(config)) {
    if (model) return "model";
    if (!existsSync(from)) throw new InputError(`${from} is not there, expected ${expected}`);
    throw new InputError(`${from} has no model.json and no config.json, expected ${expected}`);
  }
  const text = await readTextOrExplain(config);
  if (typeof fieldOf(text, "model_type") === "string") return "pretrained";
  if (isAlignmentConfig(text)) {
    if (model) return "model";
    throw new InputError(
      `${from} holds a run without a model: finish an epoch with kindred train --resume --out ${shellWord(from)}`,
    );
  }
  if (fieldOf(text, "towers") !== undefined) return "pictures";
  throw new InputError(
    `${config} names no model_type and is not the configuration of a run, expected ${expected}`,
  );
}

const expected =
  "the folder of a run, its folder model, or a pretrained model in transformers.js' layout, such as kindred pull <hub id> makes";

function fieldOf(json: string, name: string): unknown {
  try {
    return Object(JSON.parse(json))[name];
  } catch {
    return undefined;
  }
}

/**
 * Opens a tower that stays as it is. Dispose of it when all is embedded; its model can be written all the same.
 *
 * @throws InputError when the folder has no such tower, or lacks a file: which, and where it was looked for.
 */
export async function frozenTower(from: string, modality: ItemModality): Promise<FrozenTower> {
  return (await towerSource(from)) === "pretrained"
    ? openPretrained(from, modality)
    : openTrained(from, modality);
}

async function openPretrained(from: string, modality: ItemModality): Promise<FrozenTower> {
  const tower = await pretrainedTower<ItemModality>(from, modality);
  const { dim, fingerprint, manifest } = tower;
  const { input } = manifest;
  return {
    ...{ modality, dim, fingerprint },
    sound: input.kind === "logMel" ? { sampleRate: input.rate, seconds: input.samples / input.rate } : null,
    embed: (values, options) => tower.embed(values as Parameters<typeof tower.embed>[0], options),
    model: (head) => pretrainedModelTower(from, tower, head),
    dispose: () => tower.dispose(),
  };
}

/** A tower of a folder `model`. */
async function openTrained(from: string, modality: ItemModality): Promise<FrozenTower> {
  const folder = existsSync(join(from, "model", "model.json")) ? join(from, "model") : from;
  const copied = await readTower(folder, modality);
  const { dim, described } = copied;
  const { fingerprint, normalized } = described;
  let model: Promise<Model> | null = null;
  return {
    ...{ modality, dim, fingerprint, sound: modality === "audio" ? soundOf(described.preprocessing) : null },
    embed: async (values, { onProgress, signal }) => {
      model ??= Model.load(folder);
      const queries = values.map((value) => ({ [modality]: value }));
      return (await model).embed(queries, {
        normalize: normalized,
        ...(onProgress ? { onProgress } : {}),
        ...(signal ? { signal } : {}),
      });
    },
    model: async (head) => {
      if (head !== null) {
        throw new InputError(
          `the ${modality} tower of ${from} was trained here and embeds in ${dim} numbers, so that it takes no head to ${head}: leave --heads and --dim out`,
        );
      }
      return () => copied;
    },
    dispose: async () => (await model)?.dispose(),
  };
}

/** Rate and window of what an audio tower takes, by its preprocessing in `model.json`. */
function soundOf(preprocessing: unknown): FrozenTower["sound"] {
  const { pretrained, sampleRate, seconds } = Object(preprocessing);
  if (!pretrained) return { sampleRate, seconds };
  const { rate, samples } = pretrained.input;
  return { sampleRate: rate, seconds: samples / rate };
}
