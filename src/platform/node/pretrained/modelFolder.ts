import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { z } from "zod";
import { InputError } from "../../../base/index.ts";
import { parseJson } from "../../../base/parseJson.ts";
import {
  type Architecture,
  type ArchitecturePart,
  architectures,
  type ModelConfig,
  modelConfigSchema,
  type PretrainedModality,
} from "../../../pretrained/index.ts";
import { readTextOrExplain } from "../files/files.ts";
import { type Dtype, dtypes, modelFileOf, type PulledFiles, pulledName, pulledSchema } from "./layout.ts";

/** The part of a model's folder that embeds one modality. */
export interface FolderPart {
  readonly folder: string;
  readonly config: ModelConfig;
  readonly architecture: Architecture;
  readonly part: ArchitecturePart;
  /** The model's file, from the folder. */
  readonly file: string;
  readonly dtype: Dtype;
  /** By which the model is known: where its configuration, and its folder, came from. */
  readonly names: readonly string[];
}

/**
 * Finds the model of a modality in a folder.
 *
 * @param dtype precision of the weights; default: float32 where it is there, else the first of the others
 * @throws InputError when the folder is none of a model, or lacks the file: which, and where it was looked for.
 */
export async function findPart(
  folder: string,
  modality: PretrainedModality,
  dtype?: Dtype,
): Promise<FolderPart> {
  if (!existsSync(folder)) {
    throw new InputError(
      `${folder} is not there, expected the folder of a model: get one with kindred pull <hub id>`,
    );
  }
  const config = await readJson(folder, "config.json", modelConfigSchema, "the configuration of a model");
  const architecture = architectures[config.model_type];
  if (!architecture) {
    throw new InputError(
      `${folder}/config.json: model_type is ${config.model_type}, expected one of ${Object.keys(architectures).join(", ")}`,
    );
  }
  const part = architecture.parts[modality];
  if (!part) {
    throw new InputError(
      `${folder} has a model of type ${config.model_type}, which embeds ${Object.keys(architecture.parts).join(" and ")}, not ${modality}: name another folder`,
    );
  }
  const wanted = dtype === undefined ? dtypes : [dtype];
  const looked = wanted.flatMap((one) =>
    ["onnx", ""].map((place) => ({ dtype: one, file: modelFileOf(part.file, one, place) })),
  );
  const found = looked.find(({ file }) => existsSync(join(folder, file)));
  if (!found) {
    const there = dtypes.filter((one) => existsSync(join(folder, modelFileOf(part.file, one))));
    const others = dtype !== undefined && there.length > 0 ? `; there is ${there.join(", ")}` : "";
    throw new InputError(
      `${folder} has no ${modality} model: looked for ${looked.map(({ file }) => file).join(", ")}${others}: get it with kindred pull <hub id> --tower ${modality}${dtype === undefined ? "" : ` --dtype ${dtype}`}`,
    );
  }
  const pulled = await readOptional(
    folder,
    pulledName,
    pulledSchema,
    "the list of a folder that kindred pull made",
  );
  return {
    ...{ folder, config, architecture, part },
    ...found,
    names: namesOf(folder, config, pulled),
  };
}

function namesOf(folder: string, config: ModelConfig, pulled: PulledFiles | null): readonly string[] {
  return [config._name_or_path ?? "", basename(folder), pulled?.id ?? ""].filter((name) => name !== "");
}

/** @throws InputError when the file is missing, where it was looked for, or holds something else. */
export async function readJson<Value>(
  folder: string,
  name: string,
  schema: z.ZodType<Value>,
  what: string,
): Promise<Value> {
  const path = join(folder, name);
  if (!existsSync(path)) {
    throw new InputError(
      `${folder} has no ${name}, expected ${what} there: get the folder whole with kindred pull <hub id>`,
    );
  }
  return parseJson(schema, await readTextOrExplain(path), path, what);
}

/** {@link readJson} of a file that may be missing: null then. */
export async function readOptional<Value>(
  folder: string,
  name: string,
  schema: z.ZodType<Value>,
  what: string,
): Promise<Value | null> {
  return existsSync(join(folder, name)) ? readJson(folder, name, schema, what) : null;
}
