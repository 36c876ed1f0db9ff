import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeCsvHeader, encodeCsvRows, type ImageDataset, InputError } from "../src/index.ts";
import { loadDataset } from "../src/node.ts";
import { writeStreamAtomic } from "../src/platform/node/files.ts";
import { runPeer } from "./peer.ts";
import { measured } from "./results.ts";

/** Seconds that the peer may train. */
const peerSeconds = 300;

/** Accuracies to be reached. */
const targets = [0.98, 0.985, 0.99] as const;

/** More and more training by the fast recipe: each is a whole run, as its learning rate goes down towards its end. */
const settings: readonly (readonly string[])[] = [
  ["--epochs", "1"],
  ["--epochs", "2"],
  ["--epochs", "4"],
];

/** A point of a curve: what was reached after so many seconds. */
interface Point {
  readonly seconds: number;
  readonly knn1: number;
}

/**
 * Seconds to an accuracy on MNIST's 10,000 test pictures, by their nearest among the training pictures. Ours are those
 * of the whole commands `kindred train --recipe fast` and `kindred eval`, from the CSV on disk to the number
 * as `kindred eval` says it; PyTorch's are of training the lesson alone.
 */
export async function benchAccuracy(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-bench-"));
  try {
    const mnist = await loadDataset("mnist");
    const csv = join(folder, "train.csv");
    await writeCsv(csv, mnist);
    const ours: Point[] = [];
    for (const flags of settings) {
      const { seconds, knn1, mapAtR } = await trainAndEvaluate(csv, join(folder, "run"), flags);
      ours.push({ seconds, knn1 });
      const name = ["fast", ...flags].join(" ");
      process.stdout.write(
        `kindred ${name.padEnd(16)} ${seconds.toFixed(1).padStart(7)} s   1-NN ${knn1.toFixed(4)}   MAP@R ${mapAtR.toFixed(4)}\n`,
      );
    }
    const { curve, peer } = await peerCurve(folder, mnist);
    for (const { seconds, knn1 } of curve) {
      process.stdout.write(
        `PyTorch lesson           ${seconds.toFixed(1).padStart(7)} s   1-NN ${knn1.toFixed(4)}\n`,
      );
    }
    for (const target of targets) {
      const own = reached(ours, target);
      if (own === null) continue;
      const other = reached(curve, target);
      measured({
        bench: "accuracy",
        what: `CSV to 1-NN ${target} printed`,
        unit: "s",
        better: "less",
        digits: 1,
        ours: [own],
        peer:
          other === null && curve.length > 0 ? `${peer}, lesson: not in ${peerSeconds} s` : `${peer}, lesson`,
        theirs: other === null ? [] : [other],
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds of the first point that is at the target or above. */
function reached(curve: readonly Point[], target: number): number | null {
  return curve.find(({ knn1 }) => knn1 >= target)?.seconds ?? null;
}

async function trainAndEvaluate(
  csv: string,
  run: string,
  flags: readonly string[],
): Promise<Point & { readonly mapAtR: number }> {
  const begin = performance.now();
  let seconds = Number.NaN;
  await kindred(["train", "--recipe", "fast", "--data", csv, "--out", run, "--force", ...flags]);
  const evaluation = await kindred(["eval", "--run", run, "--data", "mnist", "--json"], (text) => {
    if (Number.isNaN(seconds) && /^encoder: 1-NN/m.test(text)) seconds = (performance.now() - begin) / 1000;
  });
  const { encoder } = JSON.parse(evaluation);
  return { seconds, knn1: encoder.knn1, mapAtR: encoder.mapAtR };
}

/** Runs a command to its end, handing over what it says meanwhile; resolves to what it printed. */
async function kindred(args: readonly string[], onText?: (text: string) => void): Promise<string> {
  const program = fileURLToPath(new URL("../src/cli/bin.ts", import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.stderr += text;
    onText?.(said.stderr);
  });
  const [status] = await once(child, "close");
  if (status !== 0) {
    throw new InputError(`kindred ${args[0]} failed: ${said.stderr.trim().split("\n").at(-1)}`);
  }
  return said.stdout;
}

async function peerCurve(folder: string, training: ImageDataset): Promise<{ curve: Point[]; peer: string }> {
  const test = await loadDataset("mnist", { split: "test" });
  const pixels = join(folder, "pixels.u8");
  const labels = join(folder, "labels.i32");
  await writeFile(pixels, Buffer.concat([training.pixels, test.pixels]));
  await writeFile(labels, Int32Array.of(...training.labels, ...test.labels));
  const result = await runPeer("accuracy.py", [pixels, labels, training.count, peerSeconds]);
  if (!result.ran) return { curve: [], peer: result.why };
  const { version, threads, curve } = result.value;
  return { curve: curve as Point[], peer: `PyTorch ${version}, ${threads} threads` };
}

async function writeCsv(path: string, dataset: ImageDataset): Promise<void> {
  await writeStreamAtomic(path, async (append) => {
    await append(encodeCsvHeader(dataset));
    for (let row = 0; row < dataset.count; row += 1000) {
      await append(encodeCsvRows(dataset, row, Math.min(row + 1000, dataset.count)));
    }
  });
}
