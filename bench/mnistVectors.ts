import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kindred } from "./kindred.ts";

/** Embeddings of MNIST's 70,000 pictures, in memory and in files that the peers read. */
export interface MnistVectors {
  /** `[count, dim]` */
  readonly vectors: Float32Array;
  readonly labels: Int32Array;
  readonly dim: number;
  /** Where they come from, for people. */
  readonly source: string;
  /** Writes numbers as they are, and says where. */
  write(name: string, values: Float32Array | Int32Array): Promise<string>;
  /** Removes the files. */
  dispose(): Promise<void>;
}

/** By the newest checkpoint of `runs/fast`, or else by an encoder trained for one epoch on 6,000 pictures. */
export async function mnistVectors(): Promise<MnistVectors> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-bench-vectors-"));
  const started = fileURLToPath(new URL("../runs/fast", import.meta.url));
  let run = started;
  if (!existsSync(started)) {
    run = join(folder, "run");
    await kindred(["train", "--data", "mnist", "--limit", "6000", "--epochs", "1", "--out", run]);
  }
  const file = join(folder, "all.npy");
  await kindred(["embed", "--run", run, "--data", "mnist-60k", "--split", "all", "--out", file]);
  const vectors = new Float32Array(await npyValues(file));
  const labels = new Int32Array(await npyValues(join(folder, "all-labels.npy")));
  return {
    vectors,
    labels,
    dim: vectors.length / labels.length,
    source: run === started ? "runs/fast" : "an encoder trained for one epoch on 6,000 pictures",
    write: async (name, values) => {
      const path = join(folder, name);
      await writeFile(path, values);
      return path;
    },
    dispose: () => rm(folder, { recursive: true }),
  };
}

/** The numbers of a file that `kindred embed` wrote, after the header of format version 1. */
async function npyValues(file: string): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(await readFile(file));
  const header = new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
  return bytes.slice(10 + header).buffer;
}
