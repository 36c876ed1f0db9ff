import { InputError } from "../../../base/index.ts";
import {
  ImageColumn,
  type ImageDataset,
  pixelsPerImage,
  requirePictureSize,
} from "../../../modality/image/index.ts";
import type { RunConfig } from "../../../runs/index.ts";
import { Embedder } from "../../../train/index.ts";
import { loadSplits } from "../datasets/splits.ts";
import { nodeRuntime } from "../ort/devices.ts";
import { dataOptionsOf } from "../run/runData.ts";
import { type RunEncoder, readRunEncoder } from "../run/runEncoder.ts";
import type { RunFolder } from "../run/runFolder.ts";
import { withTrunkFeatures } from "../trunk/trunkFeatures.ts";
import type { PlotOptions } from "./plotOptions.ts";

/** Pictures, and the encoder that is to embed them. */
export interface PlotInput {
  readonly dataset: ImageDataset;
  /** Epochs that the encoder was trained. */
  readonly epochs: number;
  readonly encoder: RunEncoder["encoder"];
  readonly weights: RunEncoder["weights"];
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
  const { encoder, epoch, weights } = await readRunEncoder(folder, config, options.checkpoint);
  const { data, split = "train", limit, outside = true } = options;
  // Of its own training pictures a run is shown those that it took.
  const ofRun = data === undefined ? config.data.limit : null;
  const source = data ?? config.data.source;
  const { onBegin, onProgress, signal } = options;
  const parts = await loadSplits(source, split, (part) => limit ?? (part === "train" ? ofRun : null), {
    ...dataOptionsOf(config, source),
    outside,
    onReport: (report) => options.onReport?.(report),
    strict: options.strict ?? false,
    ...(onBegin ? { onNote: onBegin } : {}),
    ...(onProgress ? { onPictures: onProgress } : {}),
    ...(signal ? { signal } : {}),
  });
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
    const stopped = signal ? { signal } : {};
    const given = await withTrunkFeatures(encoder, dataset, {
      ...stopped,
      onProgress: (done, total) => onProgress?.("features", done, total),
    });
    const vectors = await embedder.embed(new ImageColumn(given), null, {
      ...stopped,
      onProgress: (done, total) => onProgress?.("embedding", done, total),
    });
    requireFinite(vectors, encoder.dim, dataset);
    return vectors;
  } finally {
    await runtime.dispose();
  }
}

function requireFinite(vectors: Float32Array, dim: number, { rows }: ImageDataset): void {
  const at = vectors.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const image = Math.floor(at / dim);
  throw new InputError(
    `the embedding of row ${rows?.[image] ?? image} (counted from 0) holds ${vectors[at]} in column ${at % dim}, expected finite numbers: the encoder may have diverged, take an earlier --checkpoint or train at a lower rate`,
  );
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
  const paths = parts.flatMap((part) => part.paths ?? []);
  // What is known of the first part's pixels and rows holds for no more of them.
  const { pixelsChecksum: _, paths: __, rows: ___, ...rest } = first;
  return {
    ...rest,
    count,
    pixels,
    labels,
    labelled: parts.every(({ labelled }) => labelled !== false),
    ...(paths.length === count ? { paths } : {}),
  };
}
