import { existsSync } from "node:fs";
import { readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { InputError } from "../../../base/index.ts";
import {
  descriptionEntries,
  type ExportFormat,
  exportForPixels,
  exportForTransformers,
  modelCard,
  publishedConfig,
  type RunConfig,
  writePt,
  writeSafetensors,
} from "../../../runs/index.ts";
import { explainIoError, requireNew, requireWritable, writeFileAtomic } from "../files/files.ts";
import { makeFolder } from "../files/folders.ts";
import { packageVersion } from "../files/packageVersion.ts";
import { clearOnce, temporaryName } from "../files/temporaries.ts";
import type { RunFolder } from "../run/runFolder.ts";
import { type RunModel, readRunModel } from "./runModel.ts";
import { transformersConfig, transformersPreprocessor } from "./transformersFolder.ts";

export interface ExportRunOptions {
  readonly format: ExportFormat;
  /** The file, or for `transformersjs` the folder, to write. Default: `export/encoder.<format>` in the run's folder. */
  readonly out?: string | undefined;
  /** The checkpoint of this epoch, counted from 0. Default: the best epoch where patience keeps one, else the last. */
  readonly checkpoint?: number | undefined;
  /** Whether embeddings leave the model with length 1. Default true. */
  readonly normalize?: boolean | undefined;
  /** Whether what is there may be replaced. Default false. */
  readonly force?: boolean | undefined;
}

export interface RunExport {
  /** The file or folder to use. */
  readonly out: string;
  /** Everything that was written, the card last. */
  readonly files: readonly string[];
  readonly description: RunModel["description"];
}

/** What is written, by its path. */
type Contents = readonly (readonly [path: string, content: Uint8Array | string])[];

/**
 * Writes a run's encoder for use elsewhere, with a model card beside it: as an ONNX model with its preprocessing inside,
 * as weights alone (`safetensors`, PyTorch's `pt`), or as a folder that `@huggingface/transformers` loads.
 *
 * @throws InputError when no epoch of the run has been finished, when something is in the way, or it cannot be written.
 */
export async function exportRun(folder: RunFolder, options: ExportRunOptions): Promise<RunExport> {
  const { format } = options;
  const config = await folder.readConfig();
  const published = publishedConfig(config);
  const model = await readRunModel(folder, options.checkpoint);
  const description = { ...model.description, normalized: options.normalize ?? true };
  const name = basename(resolve(folder.path));
  const out = options.out ?? join(folder.path, "export", defaultName(format));
  const version = packageVersion();
  const card = modelCard({
    name,
    format,
    file: basename(resolve(out)),
    config: published,
    description,
    history: await folder.readMetrics(),
    evaluation: await folder.readEvaluation(),
    version,
    without: missingFrom(format, published),
  });
  const metadata = {
    "kindred.version": version,
    ...descriptionEntries(description),
    "kindred.run": JSON.stringify(published),
  };
  const contents = await contentsOf(format, out, { ...model, description }, metadata, version, card);
  await requireFree(format, out, contents, options.force ?? false);
  if (format === "transformersjs" && !(await hasFiles(out))) await writeFolder(out, contents);
  else {
    for (const [path] of contents) await requireWritable(path);
    for (const [path, content] of contents) await writeFileAtomic(path, content);
  }
  return { out, files: contents.map(([path]) => path), description };
}

/** What the weights of a run are without, so that nobody takes the head for the whole. */
function missingFrom(format: ExportFormat, { towers }: RunConfig): string | null {
  const { encoder, trunk } = towers.image;
  if (encoder.name !== "head" || format === "onnx" || format === "transformersjs") return null;
  return `This file holds the projection head alone. It takes the features of the frozen trunk \`${trunk}\` (SHA-256 ${encoder.trunk.sha256}), which is not inside; an export as ONNX holds both.`;
}

function defaultName(format: ExportFormat): string {
  return format === "transformersjs" ? format : `encoder.${format}`;
}

async function contentsOf(
  format: ExportFormat,
  out: string,
  { onnx, weights, description }: RunModel,
  metadata: Readonly<Record<string, string>>,
  version: string,
  card: string,
): Promise<Contents> {
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  switch (format) {
    case "onnx":
      return [
        [out, exportForPixels({ onnx, description, metadata })],
        [`${out}.md`, card],
      ];
    case "safetensors":
      return [
        [out, writeSafetensors(await weights(), { format: "pt", ...metadata })],
        [`${out}.md`, card],
      ];
    case "pt":
      return [
        [out, writePt(await weights())],
        [`${out}.json`, json({ kindred: version, ...description })],
        [`${out}.md`, card],
      ];
    case "transformersjs":
      return [
        [join(out, "config.json"), json(transformersConfig(description, version))],
        [join(out, "preprocessor_config.json"), json(transformersPreprocessor(description))],
        [join(out, "onnx", "model.onnx"), exportForTransformers({ onnx, description, metadata })],
        [join(out, "README.md"), card],
      ];
  }
}

async function hasFiles(folder: string): Promise<boolean> {
  return existsSync(folder) && (await readdir(folder)).length > 0;
}

/** A folder that is there in full or not at all, so that a killed command leaves none that is in the way. */
async function writeFolder(folder: string, contents: Contents): Promise<void> {
  const parent = dirname(resolve(folder));
  const temporary = join(parent, temporaryName(basename(resolve(folder))));
  try {
    await makeFolder(parent);
    await clearOnce(parent);
    try {
      for (const [path, content] of contents)
        await writeFileAtomic(join(temporary, relative(folder, path)), content);
      if (existsSync(folder)) await rmdir(folder);
      await rename(temporary, folder);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    throw explainIoError(error, "written", folder);
  }
}

async function requireFree(
  format: ExportFormat,
  out: string,
  contents: Contents,
  force: boolean,
): Promise<void> {
  const what = await stat(out).catch(() => null);
  if (format === "transformersjs") {
    if (what && !what.isDirectory()) {
      throw new InputError(
        `${out} is a file, expected a folder for --format ${format}: choose another --out`,
      );
    }
    if (what && !force && (await hasFiles(out))) {
      throw new InputError(
        `${out} is a folder with something in it: replace its files with --force, or choose another --out`,
      );
    }
    return;
  }
  if (what?.isDirectory()) {
    throw new InputError(`${out} is a folder, expected a file for --format ${format}: add a name to it`);
  }
  for (const [path] of contents) requireNew(path, { force });
}
