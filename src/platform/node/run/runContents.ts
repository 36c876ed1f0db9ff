import type { Dirent } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isOneOf } from "../files/ioErrors.ts";
import { ownerOfTemporary, removeStaleTemporaries } from "../files/temporaries.ts";

/** The index of a run's own pictures, in its folder. */
export const runIndexName = "index.lance";

/** The files that a run's data was read without. */
export const skippedName = "skipped.jsonl";

/**
 * The names in a run's folder that a run, or a command that is not told where to write, takes for itself. A new run
 * is begun only where there is none of them.
 */
const entries = [
  "config.json",
  "guidance.json",
  "metrics.jsonl",
  skippedName,
  "model",
  // Of a run from before there was a folder model.
  "encoder.onnx",
  "evaluation.json",
  "verdict.json",
  "figures",
  "checkpoints",
  "recording",
  "embeddings",
  "plots",
  "explorer",
  "export",
  runIndexName,
];

/** The films of `kindred animate`, named by the run's epochs. */
const film = /^contrastive_Training_\d+(_\w+)?\.mp4$/;

/**
 * Every file that a run and the commands on it write where they are not told where, by its path in the run's folder.
 * `--force` removes just these: whatever else lies there is somebody's own. A command that writes a new file adds it here.
 */
const files = [
  /^(config|guidance|evaluation|verdict)\.json$/,
  /^(metrics|skipped)\.jsonl$/,
  /^model\/(model\.json|(image|text|audio)\.onnx|text\.tokenizer\.json)$/,
  /^encoder\.onnx$/,
  film,
  /^figures\/(pairs|duplicates)\.png$/,
  /^checkpoints\/(model_epoch_\d+\.pt|latest\.safetensors)$/,
  /^recording\/(index\.json|step_\d+(\.[a-z0-9_-]+)?\.npy)$/,
  /^plots\/(pca-3d|umap-2d|similarity|loss|joint-pca|joint-umap|modalities|alignment)\.(html|png)$/,
  /^explorer\/space_(train|test|all)_epoch_\d+\.bin$/,
  /^export\/encoder\.(onnx|safetensors|pt)(\.md|\.json)?$/,
  /^export\/transformersjs\/(config\.json|preprocessor_config\.json|README\.md|onnx\/model\.onnx)$/,
  /^index\.lance\/index\.lock$/,
  // LanceDB names the parts of its table by random numbers; before indexes held items, the table was `pictures`.
  /^index\.lance\/(items|pictures)\.lance\/((data|_\w+)\/.+|\w+\.(manifest|json))$/,
];

/** What a run resumes from: removed last, so that no other checkpoint outlives it. */
const state = "checkpoints/latest.safetensors";

/** The names in a folder that a run takes for itself, but for empty folders; none where there is no folder. */
export async function runEntries(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await namesIn(folder)) {
    const { name } = entry;
    if (!isEntry(name)) continue;
    if (!entry.isDirectory() || (await namesIn(join(folder, name))).length > 0) found.push(name);
  }
  return found;
}

/**
 * Removes what a run wrote into its folder, but for its `config.json`, and the folders that are empty then. What
 * somebody else put there stays. A process that is killed meanwhile leaves a run that can be replaced again, or begun anew
 * by `--resume`.
 */
export async function removeRunFiles(folder: string): Promise<void> {
  const found = (await filesOfRun(folder)).filter((path) => path !== state && path !== "config.json");
  for (const path of [...found, state]) await rm(join(folder, path), { force: true });
  for (const path of [...found, state]) await removeEmptyParents(folder, path);
}

/** Removes what commands on a run that were killed left half-written. */
export async function clearRunTemporaries(folder: string): Promise<void> {
  const folders = entries.map((name) => join(folder, name));
  const exported = join(folder, "export", "transformersjs");
  for (const path of [folder, ...folders, exported, join(exported, "onnx")]) {
    await removeStaleTemporaries(path);
  }
}

function isEntry(name: string): boolean {
  return entries.includes(name) || film.test(name);
}

async function filesOfRun(folder: string, within = ""): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await namesIn(join(folder, within))) {
    const path = within === "" ? entry.name : `${within}/${entry.name}`;
    if (within === "" && !isEntry(ownName(entry.name))) continue;
    // A link to a folder is followed only from the run's own folder, where it keeps checkpoints on another disk, say.
    if (entry.isDirectory() || (within === "" && entry.isSymbolicLink() && !isFile(path))) {
      found.push(...(await filesOfRun(folder, path)));
    } else if (isFile(path)) found.push(path);
  }
  return found;
}

function isFile(path: string): boolean {
  const at = path.lastIndexOf("/") + 1;
  const own = path.slice(0, at) + ownName(path.slice(at));
  return files.some((pattern) => pattern.test(own));
}

/** The name of a file whose writing a killed process left unfinished, or else the name itself. */
function ownName(name: string): string {
  return ownerOfTemporary(name)?.target ?? name;
}

async function removeEmptyParents(folder: string, path: string): Promise<void> {
  for (let parent = dirname(path); parent !== "."; parent = dirname(parent)) {
    const removed = await rmdir(join(folder, parent)).then(
      () => true,
      // It has something in it that is not the run's, or is a link, or was removed before.
      () => false,
    );
    if (!removed && (await namesIn(join(folder, parent))).length > 0) return;
  }
}

async function namesIn(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isOneOf(error, ["ENOENT", "ENOTDIR"])) return [];
    throw error;
  }
}
