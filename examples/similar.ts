import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Encoder, fastConfig, pixelsPerImage, type RawPicture } from "kindred";
import { configuredData, loadDataset, nodeRuntime, RunFolder, trainRun } from "kindred/node";

// A small run, as `kindred train --recipe fast --limit 6000` makes it. Yours is there already: go on below.
const run = await mkdtemp(join(tmpdir(), "kindred-similar-"));
const config = fastConfig({
  ...{ source: "mnist", limit: 6_000, validation: 0, channels: 1, size: 28 },
  ...{ seed: 1, init: null, record: false },
});
const data = await configuredData(config);
const runtime = await nodeRuntime({ device: "cpu" });
await trainRun({ config, data, runtime, folder: new RunFolder(run), mode: "replace" });
await runtime.dispose();

const encoder = await Encoder.load(run); // or an exported .onnx; in a browser its URL

// Pictures that it has not seen. Paths, URLs, file contents and Blobs will do as well.
const unseen = await loadDataset("mnist", { split: "test", limit: 1_000 });
const each = pixelsPerImage(unseen);
const pictures = Array.from({ length: unseen.count }, (_, i): RawPicture => {
  return { data: unseen.pixels.subarray(i * each, (i + 1) * each), width: 28, height: 28 };
});
const vectors = await encoder.embed(pictures);

/** The other picture that is most like this one. */
function mostSimilar(to: number): number {
  const similarities = vectors.map((vector, i) => (i === to ? -1 : encoder.similarity(vector, vectors[to]!)));
  return similarities.indexOf(Math.max(...similarities));
}

const right = vectors.filter((_, i) => unseen.labels[mostSimilar(i)] === unseen.labels[i]).length;
console.log(`most similar picture shows the same digit: ${right / vectors.length}`);
await encoder.dispose();
await rm(run, { recursive: true });
