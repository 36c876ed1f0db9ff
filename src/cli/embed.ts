import type { Command } from "commander";
import { ImageColumn, requirePictureSize } from "../modality/image/index.ts";
import { loadSplits } from "../platform/node/datasets/splits.ts";
import { embeddingPaths, writeEmbeddings } from "../platform/node/embeddings/embeddingFiles.ts";
import {
  type EmbeddedPicture,
  embeddedPictures,
  inOrderOfSource,
} from "../platform/node/embeddings/embeddings.ts";
import { requireNew, requireWritable } from "../platform/node/files/files.ts";
import { nodeRuntime } from "../platform/node/ort/devices.ts";
import { dataOptionsOf } from "../platform/node/run/runData.ts";
import { readRunEncoder } from "../platform/node/run/runEncoder.ts";
import { RunFolder } from "../platform/node/run/runFolder.ts";
import { withTrunkFeatures } from "../platform/node/trunk/trunkFeatures.ts";
import { type OptionTable, type OptionValues, path } from "../runs/option.ts";
import { Embedder } from "../train/index.ts";
import { note, ProgressLine, result } from "./console.ts";
import { commandOf, shared, taking } from "./options.ts";
import { PictureProgress } from "./pictureProgress.ts";

const takes = {
  run: shared.run,
  out: { is: path("file"), about: "file to write: .parquet, .npy or .csv", required: true },
  data: { ...shared.data, about: "pictures to embed" },
  split: shared.split,
  limit: {
    ...shared.limit,
    about: "take n pictures of each split only: the first of arrays, of picture files by lot",
  },
  force: { ...shared.force, about: "replace the file where it is there" },
  ...taking("checkpoint", "strict", "device", "json"),
} satisfies OptionTable;

export const embedCommand = (): Command => commandOf(takes, runEmbed);

async function runEmbed(options: OptionValues<typeof takes>): Promise<void> {
  const paths = embeddingPaths(options.out);
  for (const path of paths) requireNew(path, options);
  const folder = new RunFolder(options.run);
  const config = await folder.readConfig();
  const { encoder, epoch, weights } = await readRunEncoder(folder, config, options.checkpoint);
  const source = options.data ?? config.data.source;
  const firstSplit = options.split === "test" ? "test" : "train";
  const progress = new PictureProgress();
  const parts = await loadSplits(source, options.split, () => options.limit ?? null, {
    ...dataOptionsOf(config, source),
    // Whoever reads the embeddings knows the data in its own order.
    order: "source",
    least: 1,
    strict: options.strict ?? false,
    onPictures: progress.onPictures,
    onReport: progress.onReport,
    onNote: progress.onNote,
  }).finally(() => progress.end());
  for (const part of parts) requirePictureSize(part, encoder.inputShape);
  for (const path of paths) await requireWritable(path);
  const rows = parts.reduce((sum, { count }) => sum + count, 0);
  const runtime = await nodeRuntime({ device: options.device });
  note(`device: ${runtime.device.description}`);
  note(`${rows} ${rows === 1 ? "picture" : "pictures"}, checkpoint of epoch ${epoch}`);
  const line = new ProgressLine("embedding");
  try {
    const embedder = await Embedder.fixed(runtime, encoder, weights);
    const pictures: (readonly EmbeddedPicture[])[] = [];
    const vectors = new Float32Array(rows * encoder.dim);
    const began = performance.now();
    const seconds = (): number => (performance.now() - began) / 1000;
    let before = 0;
    for (const [at, part] of parts.entries()) {
      const start = before;
      const onProgress = (done: number): void =>
        line.update(start + done, rows, `${Math.round((start + done) / seconds())} pictures/s`);
      const given = await withTrunkFeatures(encoder, part, { onProgress });
      const embedded = inOrderOfSource(part, {
        dim: encoder.dim,
        vectors: await embedder.embed(new ImageColumn(given), null, { onProgress }),
        pictures: embeddedPictures(part, at === 1 ? "test" : firstSplit),
      });
      vectors.set(embedded.vectors, start * encoder.dim);
      pictures.push(embedded.pictures);
      before += part.count;
    }
    const took = seconds();
    line.end();
    await embedder.dispose();
    const files = await writeEmbeddings(options.out, {
      dim: encoder.dim,
      pictures: pictures.flat(),
      vectors,
    });
    const picturesPerSecond = Math.round(rows / took);
    result(
      options,
      { files, rows, dim: encoder.dim, epoch, seconds: took, picturesPerSecond, skipped: progress.skipped },
      `${rows} ${rows === 1 ? "embedding" : "embeddings"} of ${encoder.dim} numbers in ${files.join(" and ")} (${picturesPerSecond} pictures/s)`,
    );
  } finally {
    line.end();
    await runtime.dispose();
  }
}
