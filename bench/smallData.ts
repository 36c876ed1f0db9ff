import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { datasetsOf } from "../src/modality/image/index.ts";
import { nodeRuntime } from "../src/platform/node/ort/devices.ts";
import { configuredData } from "../src/platform/node/run/trainRun.ts";
import { autoRecipe, configToRead, configuredParts, evaluatePixels, planRun } from "../src/runs/index.ts";
import type { Runtime } from "../src/runtime/index.ts";
import { type EpochMetrics, epochsWaited, firstCounted, Trainer } from "../src/train/index.ts";
import { type SmallSet, smallSets } from "./smallSets.ts";

/** What the default reached on a small set, beside its pixels and beside all epochs. */
export interface SmallRun {
  readonly set: string;
  readonly seed: number;
  readonly encoder: string;
  /** Validation pictures, of which each accuracy is. */
  readonly validation: number;
  readonly training: number;
  readonly epochs: number;
  /** Where the default stopped, and the epoch that it keeps. */
  readonly stopped: number;
  readonly kept: number;
  readonly pixels: Reached;
  readonly byDefault: Reached;
  /** After all epochs, as with `--patience 0`. */
  readonly full: Reached;
  readonly seconds: number;
}

interface Reached {
  readonly knn1: number;
  readonly mapAtR: number;
}

const seeds = 10;
const results = new URL("small.jsonl", import.meta.url);
const page = new URL("SMALL.md", import.meta.url);

/** `kindred train --data` on small sets with nothing else said, by ten seeds each; those that are measured already are kept. */
export async function benchSmall(): Promise<void> {
  const done = await kept();
  // So small a batch gains nothing by a second thread.
  const runtime = await nodeRuntime({ device: "cpu", threads: 1 });
  for (let seed = 1; seed <= seeds; seed++) {
    for (const set of smallSets) {
      if (done.some((run) => run.set === set.name && run.seed === seed)) continue;
      const run = await measureSmall(runtime, set, seed);
      await appendFile(results, `${JSON.stringify(run)}\n`);
      process.stdout.write(`${set.name} ${seed}: ${describe(run)}\n`);
    }
  }
  await runtime.dispose();
  await writeSmallPage();
}

/** Makes `SMALL.md` of what is measured. */
export async function writeSmallPage(): Promise<void> {
  await writeFile(page, pageOf(await kept()));
}

/**
 * Trains a set as the default plans it, with all epochs. When to stop is a function of the metrics, so that one training tells
 * what the default keeps as well.
 */
export async function measureSmall(runtime: Runtime, set: SmallSet, seed: number): Promise<SmallRun> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-small-"));
  try {
    await set.write(folder, seed);
    const choices = { source: folder, limit: null, seed, init: null, record: false };
    const data = await configuredData(configToRead(autoRecipe, choices), {
      validation: "usual",
    });
    const { training, validation } = data;
    const { config } = await planRun(autoRecipe, choices, data);
    const { epochs, patience, batchSize } = config;
    const begin = performance.now();
    const { task, optimizer, schedule, sources } = configuredParts(config);
    const trainer = await Trainer.create({
      ...{ runtime, task, optimizer, schedule, sources, ...datasetsOf(data) },
      // Enough to take the metrics that patience goes by, and too much to stop by them.
      ...{ epochs, batchSize, seed, patience: epochs },
    });
    const history = await trainer.fit();
    const from = firstCounted(schedule, epochs, trainer.batches);
    await trainer.dispose();
    const seconds = (performance.now() - begin) / 1000;
    const stopped = history.findIndex(
      (_, i) => patience > 0 && epochsWaited(history.slice(0, i + 1), from) >= patience,
    );
    const last = stopped < 0 ? epochs : stopped + 1;
    const best = patience > 0 ? history[last - 1]!.best! : epochs;
    return {
      ...{
        set: set.name,
        seed,
        encoder: config.towers.image.encoder.name,
        epochs,
        stopped: last,
        kept: best,
        seconds,
      },
      ...{ training: training.count, validation: validation.count },
      pixels: await evaluatePixels(runtime, { queries: validation, references: training }).then(reached),
      byDefault: reached(history[best - 1]!),
      full: reached(history[epochs - 1]!),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** How far above its pixels the default is, in standard errors of an accuracy on so many pictures. */
export function errorsAbovePixels({ byDefault, pixels, validation }: SmallRun): number {
  const p = pixels.knn1;
  // Of none or all a share has no spread: half a picture stands for it.
  const spread = Math.max(p * (1 - p), 0.5 / validation);
  return (byDefault.knn1 - p) / Math.sqrt(spread / validation);
}

function reached({ knn1, mapAtR }: Pick<EpochMetrics, "knn1" | "mapAtR">): Reached {
  return { knn1: knn1 ?? 0, mapAtR: mapAtR ?? 0 };
}

async function kept(): Promise<SmallRun[]> {
  const text = await readFile(results, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as SmallRun);
}

function describe({ pixels, byDefault, full, stopped, epochs, seconds }: SmallRun): string {
  const pair = ({ knn1, mapAtR }: Reached): string => `${knn1.toFixed(2)} / ${mapAtR.toFixed(2)}`;
  return `default ${pair(byDefault)}, all epochs ${pair(full)}, pixels ${pair(pixels)}, ${stopped} of ${epochs} epochs, ${seconds.toFixed(0)} s`;
}

function pageOf(runs: readonly SmallRun[]): string {
  const rows = smallSets.map((set) => {
    const own = runs.filter((run) => run.set === set.name);
    const of = (value: (run: SmallRun) => number): number[] => own.map(value).sort((a, b) => a - b);
    const [{ training, validation, encoder, epochs }] = own as [SmallRun];
    const both = (which: "pixels" | "byDefault" | "full"): string =>
      `${median(of((run) => run[which].knn1)).toFixed(2)} / ${median(of((run) => run[which].mapAtR)).toFixed(2)}`;
    return [
      set.name,
      `${training} + ${validation}`,
      encoder,
      both("pixels"),
      both("byDefault"),
      both("full"),
      of((run) => run.byDefault.mapAtR)[0]!.toFixed(2),
      of(errorsAbovePixels)[0]!.toFixed(1),
      median(of(({ byDefault, full }) => byDefault.mapAtR / full.mapAtR)).toFixed(2),
      `${median(of((run) => run.stopped))} of ${epochs}`,
      String(own.length),
    ];
  });
  const head = [
    ...["set", "pictures", "encoder", "pixels", "default", "all epochs", "least MAP@R", "least above pixels"],
    ...["of all epochs", "stopped after", "seeds"],
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return `# Small sets of one's own

\`kindred train --data\` on five small sets of drawn pictures, with nothing else said, by seeds that draw the pictures, set the
validation pictures aside and train. \`npm run bench -- small\` makes this page; \`smallSets.ts\` has the pictures.

${line(head)}
${line(head.map(() => "---"))}
${rows.map(line).join("\n")}

- _pictures_: for training and for validation, by which all of this is measured: few, so that each number is rough.
- _pixels_, _default_, _all epochs_: medians over the seeds of 1-NN accuracy and MAP@R, of the pixels themselves, of what the
  default keeps, and after the last epoch with \`--patience 0\`.
  The default's epoch is chosen by these same pictures, which flatters it; the last epoch is not chosen.
- _least MAP@R_: of the default's seeds.
- _least above pixels_: 1-NN accuracy of the default less that of the pixels, in standard errors of the latter, at the seed
  where it is least. Below -2 the default would be worse than the pixels.
- _of all epochs_: the default's MAP@R over that after all epochs, the median of the seeds.
`;
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
