import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gatherImages } from "../src/index.ts";
import { loadDataset } from "../src/node.ts";
import { writeMnistCsv } from "./mnistCsv.ts";
import { runPeer } from "./peer.ts";
import { measured } from "./results.ts";

const rounds = 5;

/** Seconds from MNIST's 42,000 pictures as a CSV to labels and float32 pictures in [-1, 1], beside pandas, in turn. */
export async function benchCsv(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-bench-"));
  try {
    const file = join(folder, "train.csv");
    await writeMnistCsv(file, await loadDataset("mnist"));
    const ours: number[] = [];
    const theirs: number[] = [];
    let peer = "";
    for (let round = 0; round < rounds; round++) {
      const begin = performance.now();
      const dataset = await loadDataset(file);
      gatherImages(dataset, Uint32Array.from(dataset.labels.keys()));
      ours.push((performance.now() - begin) / 1000);
      const result = await runPeer("pandasCsv.py", [file]);
      if (result.ran) theirs.push(Number(result.value.seconds));
      peer = result.ran ? `pandas ${result.value.version}` : result.why;
    }
    measured({
      bench: "csv",
      what: `${((await stat(file)).size / 1e6).toFixed(0)} MB of CSV to tensors`,
      unit: "s",
      better: "less",
      digits: 2,
      ours,
      peer,
      theirs,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
