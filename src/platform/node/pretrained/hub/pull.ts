import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../../base/index.ts";
import {
  type ArchitecturePart,
  architectures,
  modelConfigSchema,
  type PretrainedModality,
} from "../../../../pretrained/index.ts";
import { writeFileAtomic } from "../../files/files.ts";
import { cacheFolder } from "../../pictures/cache/cacheFolder.ts";
import {
  type Dtype,
  dtypes,
  folderFiles,
  modelFileOf,
  type PulledFiles,
  pulledName,
  pulledSchema,
} from "../layout.ts";
import { readJson, readOptional } from "../modelFolder.ts";
import { download } from "./download.ts";
import { type Hub, type HubFile, hubModel } from "./hubClient.ts";

export interface PullOptions {
  readonly hub: Hub;
  /** Branch, tag or commit. Default `main`. */
  readonly revision?: string;
  /** Precision of the weights. Default `fp32`. */
  readonly dtype?: Dtype;
  /** Modalities whose towers are wanted. Default: all that the model has. */
  readonly towers?: readonly PretrainedModality[];
  /** Where to put the files. Default: a folder of the cache, by model and commit. */
  readonly out?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytes: number, total: number) => void;
}

/** A model that was fetched. */
export interface Pulled {
  readonly folder: string;
  readonly commit: string;
  readonly towers: readonly PretrainedModality[];
  readonly files: PulledFiles["files"];
}

/**
 * Fetches what the towers of a model need from a hub: settings, tokenizer, and the ONNX models of one precision. Every file is
 * checked against the hub's checksum; one that is there already is not fetched again, and a part of one is gone on from.
 *
 * @param id such as `Xenova/clip-vit-base-patch32`
 * @throws InputError when the hub has no such model, or the model no such tower.
 * @throws KindredError when the hub cannot be reached, or what arrives is not what was promised.
 */
export async function pullModel(id: string, options: PullOptions): Promise<Pulled> {
  requireId(id);
  const { hub, revision = "main", dtype = "fp32", signal, onProgress } = options;
  const { commit, files } = await hubModel(hub, id, revision, signal);
  const folder = options.out ?? join(cacheFolder(), "hub", id.replace("/", "--"), commit);
  await requireOwn(folder, id);
  const source = { hub, id, commit };
  const settings = files.filter(({ path }) => (folderFiles as readonly string[]).includes(path));
  const config = settings.find(({ path }) => path === "config.json");
  if (!config) throw new InputError(`${id} has no config.json, expected a model in transformers.js' layout`);
  const within = signal ? { signal } : {};
  await download(source, config, join(folder, config.path), within);
  const { towers, models } = await wantedModels(folder, id, files, dtype, options.towers);
  const wanted = [...settings, ...models];
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const onBytes = (bytes: number): void => {
    done += bytes;
    onProgress?.(done, total);
  };
  const fetched: PulledFiles["files"] = [];
  for (const file of wanted) {
    const sha256 = await download(source, file, join(folder, file.path), { ...within, onBytes });
    fetched.push({ path: file.path, size: file.size, sha256 });
  }
  const before = await pulledBefore(folder);
  const kept = before?.commit === commit ? before.files : [];
  const others = kept.filter(({ path }) => !fetched.some((file) => file.path === path));
  const pulled: PulledFiles = { version: 1, id, revision, commit, files: [...others, ...fetched] };
  await writeFileAtomic(join(folder, pulledName), `${JSON.stringify(pulled, null, 2)}\n`);
  return { folder, commit, towers, files: fetched };
}

function requireId(id: string): void {
  if (/^[\w.-]+(\/[\w.-]+)?$/.test(id) && !id.split("/").some((part) => /^\.+$/.test(part))) return;
  throw new InputError(
    `${id} is no name of a model on a hub, expected one such as Xenova/clip-vit-base-patch32`,
  );
}

const pulledBefore = (folder: string) =>
  readOptional(folder, pulledName, pulledSchema, "the list of a folder that kindred pull made");

/** @throws InputError for a folder that holds another model, or something else. */
async function requireOwn(folder: string, id: string): Promise<void> {
  const before = await pulledBefore(folder);
  if (before && before.id !== id) {
    throw new InputError(
      `${folder} holds ${before.id}, expected ${id} or a new folder: choose another --out`,
    );
  }
  if (!before && existsSync(join(folder, "model.json"))) {
    throw new InputError(
      `${folder} holds a model of Kindred, expected a folder of its own: choose another --out`,
    );
  }
}

async function wantedModels(
  folder: string,
  id: string,
  files: readonly HubFile[],
  dtype: Dtype,
  towers: readonly PretrainedModality[] | undefined,
): Promise<{ readonly towers: readonly PretrainedModality[]; readonly models: readonly HubFile[] }> {
  const { model_type: type } = await readJson(
    folder,
    "config.json",
    modelConfigSchema,
    "the configuration of a model",
  );
  const parts = architectures[type]?.parts;
  if (!parts) {
    throw new InputError(
      `${id} is a model of type ${type}, expected one of ${Object.keys(architectures).join(", ")}: choose another model`,
    );
  }
  const has = Object.keys(parts) as PretrainedModality[];
  const lacking = towers?.find((tower) => !has.includes(tower));
  if (lacking !== undefined) {
    throw new InputError(`${id} embeds ${has.join(" and ")}, not ${lacking} (--tower): leave it out`);
  }
  const chosen = towers ?? has;
  const models = chosen.flatMap((tower) => modelFiles(id, files, parts[tower]!, dtype));
  return { towers: chosen, models };
}

/** A model's file, and those beside it that hold its weights. */
function modelFiles(
  id: string,
  files: readonly HubFile[],
  { file }: ArchitecturePart,
  dtype: Dtype,
): readonly HubFile[] {
  const path = modelFileOf(file, dtype);
  const model = files.find((one) => one.path === path);
  if (model) {
    const weights = files.filter(
      (one) => one.path.startsWith(path) && /^[._]data(_\d+)?$/.test(one.path.slice(path.length)),
    );
    return [model, ...weights];
  }
  const there = dtypes.filter((one) => files.some((known) => known.path === modelFileOf(file, one)));
  throw new InputError(
    there.length > 0
      ? `${id} has no ${path}, expected one of --dtype ${there.join(", ")}`
      : `${id} has no ${path}, nor with other --dtype: take a model that was exported to ONNX, such as those of Xenova and onnx-community`,
  );
}
