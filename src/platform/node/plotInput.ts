import { InputError, Rng } from "../../base/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import { pixelsPerImage } from "../../data/index.ts";
import { initialState } from "../../nn/index.ts";
import {
  configuredParts,
  Embedder,
  matchTensors,
  type RunConfig,
  requirePictureSize,
} from "../../train/index.ts";
import { type DatasetSplit, loadDataset } from "./datasets.ts";
import { nodeRuntime } from "./devices.ts";
import type { PlotOptions } from "./plotOptions.ts";
import type { RunFolder } from "./runFolder.ts";

/** Pictures, and the encoder that is to embed them. */
export interface PlotInput {
  readonly dataset: ImageDataset;
  /** Epochs that the encoder was trained. */
  readonly epochs: number;
  readonly encoder: ReturnType<typeof configuredParts>["encoder"];
  readonly weights: Awaited<ReturnType<RunFolder["readWeights"]>>["weights"];
}

/**
 * Reads the encoder of a run and the pictures to plot.
 *
 * @throws InputError when there is no such checkpoint or data, or the pictures are of another size than the encoder's.
 */
export async function readPlotInput(
  folder: RunFolder,
  config: RunConfig,
  options: PlotOptions,
): Promise<PlotInput> {
  const { encoder } = configuredParts(config);
  const { epoch, weights, file } = await folder.readWeights(options.checkpoint);
  matchTensors(
    initialState(encoder, (name) => Rng.of(config.seed, "initial", name)),
    weights,
    file,
  );
  const parts = await picturesOf(config, options);
  for (const part of parts) requirePictureSize(part, encoder.inputShape);
  return { dataset: joined(parts), epochs: epoch + 1, encoder, weights };
}

/**
 * The embeddings of the pictures, `[count, dim]`.
 *
 * @throws InputError when an embedding is not finite, the first such row named.
 */
export async function embedPictures(
  { dataset, encoder, weights }: PlotInput,
  { device = "auto", signal, onProgress }: PlotOptions,
): Promise<Float32Array> {
  const runtime = await nodeRuntime({ device });
  try {
    const embedder = await Embedder.fixed(runtime, encoder, weights);
    const vectors = await embedder.embed(dataset, null, {
      ...(signal ? { signal } : {}),
      onProgress: (done, total) => onProgress?.("embedding", done, total),
    });
    requireFinite(vectors, encoder.dim);
    return vectors;
  } finally {
    await runtime.dispose();
  }
}

function requireFinite(vectors: Float32Array, dim: number): void {
  const at = vectors.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new InputError(
    `the embedding of row ${Math.floor(at / dim)} (counted from 0) holds ${vectors[at]} in column ${at % dim}, expected finite numbers: the encoder may have diverged, take an earlier --checkpoint or train at a lower rate`,
  );
}

async function picturesOf(config: RunConfig, options: PlotOptions): Promise<readonly ImageDataset[]> {
  const { data, split = "train" } = options;
  const source = data ?? config.data.source;
  // A CSV has no split of its own: all of it is its train and its whole.
  const both: readonly DatasetSplit[] = source.toLowerCase().endsWith(".csv") ? ["train"] : ["train", "test"];
  const parts: ImageDataset[] = [];
  for (const part of split === "all" ? both : [split]) {
    const ofRun = data === undefined && part === "train" ? config.data.limit : null;
    const limit = options.limit ?? ofRun;
    parts.push(await loadDataset(source, { split: part, ...(limit === null ? {} : { limit }) }));
  }
  return parts;
}

function joined(parts: readonly ImageDataset[]): ImageDataset {
  const first = parts[0]!;
  if (parts.length === 1) return first;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const pixels = new Uint8Array(count * pixelsPerImage(first));
  const labels = new Int32Array(count);
  let before = 0;
  for (const part of parts) {
    pixels.set(part.pixels, before * pixelsPerImage(first));
    labels.set(part.labels, before);
    before += part.count;
  }
  return { ...first, count, pixels, labels };
}
