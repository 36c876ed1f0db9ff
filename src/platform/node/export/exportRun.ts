import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { InputError } from "../../../base/index.ts";
import {
  descriptionEntries,
  type ExportFormat,
  exportForPixels,
  exportForTransformers,
  modelCard,
  type RunConfig,
  writePt,
  writeSafetensors,
} from "../../../train/index.ts";
import { requireWritable, writeFileAtomic } from "../files.ts";
import { packageVersion } from "../packageVersion.ts";
import type { RunFolder } from "../runFolder.ts";
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
  const model = await readRunModel(folder, config, {
    checkpoint: options.checkpoint,
    normalized: options.normalize ?? true,
  });
  const name = basename(resolve(folder.path));
  const out = options.out ?? join(folder.path, "export", defaultName(format));
  const version = packageVersion();
  const card = modelCard({
    name,
    format,
    file: basename(resolve(out)),
    config,
    description: model.description,
    history: await folder.readMetrics(),
    evaluation: await folder.readEvaluation(),
    version,
    without: missingFrom(format, config),
  });
  const metadata = {
    "kindred.version": version,
    ...descriptionEntries(model.description),
    "kindred.run": JSON.stringify(config),
  };
  const contents = contentsOf(format, out, model, metadata, version, card);
  await requireFree(format, out, contents, options.force ?? false);
  for (const [path] of contents) await requireWritable(path);
  for (const [path, content] of contents) await writeFileAtomic(path, content);
  return { out, files: contents.map(([path]) => path), description: model.description };
}

/** What the weights of a run are without, so that nobody takes the head for the whole. */
function missingFrom(format: ExportFormat, { encoder, trunk }: RunConfig): string | null {
  if (encoder.name !== "head" || format === "onnx" || format === "transformersjs") return null;
  return `This file holds the projection head alone. It takes the features of the frozen trunk \`${trunk}\` (SHA-256 ${encoder.trunk.sha256}), which is not inside; an export as ONNX holds both.`;
}

function defaultName(format: ExportFormat): string {
  return format === "transformersjs" ? format : `encoder.${format}`;
}

function contentsOf(
  format: ExportFormat,
  out: string,
  { onnx, weights, description }: RunModel,
  metadata: Readonly<Record<string, string>>,
  version: string,
  card: string,
): Contents {
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  switch (format) {
    case "onnx":
      return [
        [out, exportForPixels({ onnx, description, metadata })],
        [`${out}.md`, card],
      ];
    case "safetensors":
      return [
        [out, writeSafetensors(weights, { format: "pt", ...metadata })],
        [`${out}.md`, card],
      ];
    case "pt":
      return [
        [out, writePt(weights)],
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
    if (what && !force && (await readdir(out)).length > 0) {
      throw new InputError(
        `${out} is a folder with something in it: replace its files with --force, or choose another --out`,
      );
    }
    return;
  }
  if (what?.isDirectory()) {
    throw new InputError(`${out} is a folder, expected a file for --format ${format}: add a name to it`);
  }
  const inTheWay = contents.find(([path]) => existsSync(path))?.[0];
  if (inTheWay !== undefined && !force) {
    throw new InputError(`${inTheWay} is there already: replace it with --force, or choose another --out`);
  }
}
