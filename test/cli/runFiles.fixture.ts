import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TensorData } from "../../src/base/index.ts";
import { decodeTrainingState } from "../../src/runs/index.ts";
import type { EpochMetrics, TrainingProgress } from "../../src/train/index.ts";

/** What a run left in its folder, without the times it took: all of it is the same for the same run. */
export interface RunFiles {
  readonly tensors: ReadonlyMap<string, TensorData>;
  readonly progress: Omit<Untimed<TrainingProgress>, "history">;
  readonly history: readonly Untimed<EpochMetrics>[];
  readonly metrics: readonly Untimed<EpochMetrics>[];
  /** Bytes as base64, which compare fast and print short. */
  readonly files: Readonly<Record<string, string>>;
  readonly names: readonly string[];
}

type Untimed<T> = Omit<T, "seconds" | "perSecond">;

function untimed<T extends { readonly seconds: number; readonly perSecond?: number }>(timed: T): Untimed<T> {
  const { seconds: _, perSecond: __, ...rest } = timed;
  return rest;
}

export async function readMetrics(run: string): Promise<EpochMetrics[]> {
  const text = await readFile(join(run, "metrics.jsonl"), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as EpochMetrics);
}

export async function readProgress(run: string): Promise<TrainingProgress> {
  return (await readLatest(run)).progress;
}

export async function readLatest(run: string): Promise<ReturnType<typeof decodeTrainingState>> {
  const file = join(run, "checkpoints", "latest.safetensors");
  return decodeTrainingState(await readFile(file), file);
}

/** Files in a folder and those below it, sorted. */
export async function namesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export async function readRunFiles(run: string): Promise<RunFiles> {
  const { tensors, progress } = await readLatest(run);
  const { history, ...counters } = untimed(progress);
  const names = await namesBelow(run);
  const same = names.filter((name) => !name.endsWith("metrics.jsonl") && !name.endsWith(".safetensors"));
  const contents = await Promise.all(same.map((name) => readFile(join(run, name), "base64")));
  return {
    tensors,
    progress: counters,
    history: history.map((row) => untimed(row)),
    metrics: (await readMetrics(run)).map((row) => untimed(row)),
    files: Object.fromEntries(same.map((name, i) => [name, contents[i]!])),
    names,
  };
}
