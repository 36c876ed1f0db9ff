import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../base/index.ts";
import { readModel } from "../../../onnx/index.ts";
import {
  type CopiedTower,
  descriptionFrom,
  type EncoderDescription,
  type ModelContents,
  modelFiles,
  parseModelFile,
} from "../../../runs/index.ts";
import { readFileOrExplain, readTextOrExplain, writeFileAtomic } from "../files/files.ts";

/**
 * Writes a model, which stands by itself, as a folder that `Model.load` opens; files of the same names are replaced, `model.json` last.
 *
 * @param write takes a file's path and content. Default: under another name that is then given up, so that no file is half there
 * @throws InputError when it cannot be written; KindredError as `modelFiles`.
 */
export async function writeModelFolder(
  folder: string,
  model: ModelContents,
  write: (path: string, content: string | Uint8Array) => Promise<void> = writeFileAtomic,
): Promise<void> {
  for (const [name, content] of await modelFiles(model)) await write(join(folder, name), content);
}

/** The picture tower of a folder `model`. */
export interface ImageModel {
  readonly file: string;
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly description: EncoderDescription & { readonly fingerprint: string };
}

/**
 * The picture tower of a folder `model`; null where there is none, or its files are of two models: they are written one after the
 * other, and a process may have been killed between them.
 *
 * @param epoch the one that it has to be of, counted from 0. Default: any
 * @throws InputError when a file is damaged.
 */
export async function readImageModel(folder: string, epoch?: number): Promise<ImageModel | null> {
  const [name, file] = [join(folder, "model.json"), join(folder, "image.onnx")];
  if (!existsSync(name) || !existsSync(file)) return null;
  const model = parseModelFile(await readTextOrExplain(name), name);
  if (epoch !== undefined && model.epoch !== epoch) return null;
  const onnx = await readFileOrExplain(file);
  const description = descriptionFrom(readModel(onnx, file).metadata, file);
  const fingerprint = model.towers.image?.fingerprint;
  if (!description || fingerprint === undefined || description.fingerprint !== fingerprint) return null;
  return { file, onnx, description: { ...description, fingerprint, epoch: model.epoch } };
}

/**
 * A tower of a folder `model`, for a model of its own that keeps it as it is.
 *
 * @throws InputError when the folder has no such tower, or a file of it is missing.
 */
export async function readTower(folder: string, modality: string): Promise<CopiedTower> {
  const name = join(folder, "model.json");
  const { towers, dim } = parseModelFile(await readTextOrExplain(name), name);
  const described = towers[modality];
  if (!described) {
    throw new InputError(
      `${name} has no tower of ${modality}, expected one of ${Object.keys(towers).join(", ")}`,
    );
  }
  const names = [described.file, ...Object.keys(described.files ?? {})];
  const files = names.map(async (file) => [file, await readFileOrExplain(join(folder, file))] as const);
  return { modality, dim, described, files: await Promise.all(files) };
}
