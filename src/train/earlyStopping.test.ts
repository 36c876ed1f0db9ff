import { describe, expect, it } from "vitest";
import { Rng } from "../base/index.ts";
import { columnOf, type Dataset } from "../data/index.ts";
import { cosinePairLoss } from "../losses/index.ts";
import {
  compactEncoder,
  datasetsOf,
  type ImageDataset,
  splitDatasets,
  splitValidation,
} from "../modality/image/index.ts";
import { adam, constantRate, oneCycle, stepLR, warmupCosine } from "../optim/index.ts";
import { referenceRuntime } from "../runtime/index.ts";
import { bestEpoch, epochsWaited, firstCounted, requirePatience } from "./earlyStopping.ts";
import type { EpochMetrics } from "./metrics.ts";
import { pairTask } from "./task.ts";
import { train } from "./train.ts";
import { Trainer, type TrainerOptions } from "./trainer.ts";

const epochs = (values: readonly (readonly [mapAtR: number | null, valLoss: number | null])[]) =>
  values.map(([mapAtR, valLoss], i) => ({ epoch: i + 1, mapAtR, valLoss }));

describe("the best epoch", () => {
  it.each([
    { of: epochs([]), best: null, why: "none" },
    { of: epochs([[null, null]]), best: null, why: "nothing to compare by" },
    {
      of: epochs([
        [0.5, 1],
        [0.7, 2],
        [0.6, 0],
      ]),
      best: 2,
      why: "the highest MAP@R, whatever the loss",
    },
    {
      of: epochs([
        [0.5, 1],
        [0.7, 1],
        [0.7, 0],
      ]),
      best: 2,
      why: "the earliest of equals",
    },
    {
      of: epochs([
        [null, 3],
        [null, 1],
        [null, 1],
      ]),
      best: 2,
      why: "the lowest loss without MAP@R",
    },
    {
      of: epochs([
        [null, 0],
        [0.2, 3],
      ]),
      best: 2,
      why: "only epochs with MAP@R where some have it",
    },
  ])("is $best: $why", ({ of, best }) => {
    expect(bestEpoch(of)).toBe(best);
  });

  it("of an alignment is of the highest R@1, where it was taken", () => {
    const of = (...recalls: readonly (number | null)[]) =>
      recalls.map((recallAt1, i) => ({ epoch: i + 1, mapAtR: null, valLoss: 3 - i, recallAt1 }));
    expect(bestEpoch(of(0.2, 0.5, 0.5, 0.4))).toBe(2);
    expect(bestEpoch(of(null, 0.1, null))).toBe(2);
    expect(bestEpoch(of(null, null, null))).toBe(3);
  });

  it("is waited for from the first epoch that counts", () => {
    const history = (epoch: number, best: number | null) => [{ epoch, best } as EpochMetrics];
    expect(epochsWaited([], 1)).toBe(0);
    expect(epochsWaited(history(5, 2), 1)).toBe(3);
    expect(epochsWaited(history(5, 2), 4)).toBe(2);
    expect(epochsWaited(history(5, 2), 6)).toBe(0);
    expect(epochsWaited(history(5, 2), 40)).toBe(0);
    expect(epochsWaited(history(50, null), 1)).toBe(0);
  });

  it.each([
    ["constant", constantRate(0.1), 1],
    ["falling from the first step", stepLR({ learningRate: 0.1, stepSize: 2 }), 1],
    // It peaks after a quarter, and is half of that after 0.25 + 0.75 / 2 of the run.
    ["one cycle", oneCycle({ learningRate: 0.1, warmup: 0.25 }), 38],
    ["a warm-up before half a cosine", warmupCosine({ learningRate: 0.1, warmupSteps: 0.2 * 480 }), 37],
    ["rising to the end", oneCycle({ learningRate: 0.1, warmup: 1 }), 60],
  ])("counts under a rate that is %s from where that has come down", (_, schedule, from) => {
    expect(firstCounted(schedule, 60, 8)).toBe(from);
    const rates = Array.from({ length: 60 }, (__, epoch) =>
      schedule.at({ epoch, step: 8 * epoch + 7, totalSteps: 480 }),
    );
    if (from > 1 && from < 60) {
      const highest = Math.max(...rates);
      expect(rates[from - 1]).toBeLessThanOrEqual(highest / 2);
      expect(rates[from - 2]).toBeGreaterThan(highest / 2);
    }
  });
});

/** Two classes of 8 x 8 pictures, bright above or below, under noise. */
function halves(count: number, labelled = true): ImageDataset {
  const labels = Int32Array.from({ length: count }, (_, row) => row % 2);
  const rng = Rng.of(3, "halves");
  const pixels = Uint8Array.from({ length: count * 64 }, (_, i) => {
    const above = i % 64 < 32;
    return rng.int(170) + (above === (labels[Math.floor(i / 64)] === 0) ? 80 : 0);
  });
  const shape = { channels: 1, height: 8, width: 8 };
  return { name: "halves", count, ...shape, pixels, labels, labelled };
}

function options(given: Partial<TrainerOptions> = {}, data = halves(28)): TrainerOptions {
  const encoder = compactEncoder({ size: 8, dim: 2, width: 2 });
  return {
    runtime: referenceRuntime(),
    ...splitDatasets(data, 8),
    task: pairTask(encoder, cosinePairLoss),
    optimizer: adam(),
    schedule: constantRate(0.02),
    epochs: 12,
    batchSize: 10,
    ...given,
  };
}

/** Without what depends on the clock. */
const steady = (history: readonly EpochMetrics[]) =>
  history.map(({ seconds: _, perSecond: __, ...row }) => row);

describe("early stopping", () => {
  it("stops so many epochs after the best one, having trained as without it", async () => {
    const { history: whole, best: none } = await train(options());
    const { history, best } = await train(options({ patience: 2 }));
    const last = history.at(-1)!;
    expect(last.epoch).toBeLessThan(12);
    expect(last.epoch - last.best!).toBe(2);
    expect(last.best).toBe(bestEpoch(history));
    const plain = (rows: readonly EpochMetrics[]) =>
      steady(rows).map(({ mapAtR: _, best: __, ...row }) => row);
    expect(plain(history)).toEqual(plain(whole).slice(0, last.epoch));
    expect(whole.every(({ mapAtR, best }) => mapAtR === null && best === null)).toBe(true);
    expect(none).toBe(null);
    // The weights that come with it are those of a training that ends there.
    const { state } = await train(options({ epochs: last.best! }));
    expect(best?.epoch).toBe(last.best);
    expect([...best!.state]).toEqual([...state]);
  });

  it("measures MAP@R as a loop over all rankings does", async () => {
    const given = options({ patience: 12, epochs: 1 });
    const trainer = await Trainer.create(given);
    const [row] = await trainer.fit();
    const embed = async (dataset: Dataset) => trainer.embed(columnOf(dataset, "image"));
    const [queries, references] = [await embed(given.validation), await embed(given.training)];
    const angle = (q: number, r: number) =>
      Math.abs(
        Math.atan2(
          queries[2 * q]! * references[2 * r + 1]! - queries[2 * q + 1]! * references[2 * r]!,
          queries[2 * q]! * references[2 * r]! + queries[2 * q + 1]! * references[2 * r + 1]!,
        ),
      );
    let sum = 0;
    for (let q = 0; q < 8; q++) {
      const right = Array.from(given.training.labels.keys())
        .sort((a, b) => angle(q, a) - angle(q, b))
        .map((r) => given.training.labels[r] === given.validation.labels[q]);
      const relevant = right.filter(Boolean).length;
      let hits = 0;
      for (let i = 0; i < relevant; i++) if (right[i]) sum += ++hits / (i + 1) / relevant / 8;
    }
    expect(row!.mapAtR).toBeCloseTo(sum, 5);
    await trainer.dispose();
  });

  it("goes on after a stop as if there had been none, and has nothing to do when it is over", async () => {
    const whole = await Trainer.create(options({ patience: 2 }));
    const history = await whole.fit();
    const stopAt = history.length - 1;
    const controller = new AbortController();
    const first = await Trainer.create(options({ patience: 2 }));
    await first.fit({
      signal: controller.signal,
      onEpoch: ({ epoch }) => {
        if (epoch === stopAt) controller.abort();
      },
    });
    expect([first.progress.epoch, first.finished]).toEqual([stopAt, false]);
    const second = await Trainer.create(options({ patience: 2, resume: await first.state() }));
    expect(steady(await second.fit())).toEqual(steady(history));
    expect([...(await second.state()).tensors]).toEqual([...(await whole.state()).tensors]);
    expect([second.finished, whole.finished]).toEqual([true, true]);
    const { step } = second.progress;
    await second.fit();
    expect(second.progress.step).toBe(step);
    for (const trainer of [whole, first, second]) await trainer.dispose();
  });

  it("waits until the rate has come down, and says why it stopped", async () => {
    const given = { schedule: oneCycle({ learningRate: 0.3, warmup: 0.25 }), epochs: 16, patience: 1 };
    const trainer = await Trainer.create(options(given));
    const history = await trainer.fit();
    const from = firstCounted(given.schedule, 16, trainer.batches);
    expect(from).toBeGreaterThan(8);
    // A noisy epoch before that ends nothing.
    expect(history.some(({ epoch, best }) => epoch < from && epoch - best! >= 1)).toBe(true);
    expect(history.length).toBeGreaterThanOrEqual(from);
    expect(trainer.earlyStop).toEqual(
      history.length < 16 ? { epoch: history.length, of: 16, patience: 1, from } : null,
    );
    await trainer.dispose();
  });

  it("goes on after an early stop with more patience", async () => {
    const stopped = await Trainer.create(options({ patience: 2 }));
    await stopped.fit();
    expect(stopped.earlyStop).not.toBe(null);
    const resumed = await Trainer.create(options({ resume: await stopped.state() }));
    const history = await resumed.fit();
    const { history: whole } = await train(options());
    const losses = (rows: readonly EpochMetrics[]) => rows.map(({ trainLoss }) => trainLoss);
    expect([history.length, losses(history), resumed.earlyStop]).toEqual([12, losses(whole), null]);
    for (const trainer of [stopped, resumed]) await trainer.dispose();
  });

  it("goes by the validation loss where there are no labels in common", async () => {
    const { training, validation } = splitValidation(halves(28), 8);
    const others = { ...validation, labels: validation.labels.map((label) => label + 5) };
    const data = datasetsOf({ training, validation: others });
    const { history } = await train(options({ ...data, patience: 2 }));
    const last = history.at(-1)!;
    expect(history.every(({ mapAtR }) => mapAtR === null)).toBe(true);
    const losses = history.map(({ valLoss }) => valLoss!);
    expect(last.best).toBe(1 + losses.indexOf(Math.min(...losses)));
  });

  it("is refused without validation pictures", async () => {
    await expect(Trainer.create(options({ ...splitDatasets(halves(20), 0), patience: 5 }))).rejects.toThrow(
      "a patience of 5 epochs was asked for, but no pictures are kept for validation that an improvement could be seen by: keep some, or switch it off with a patience of 0",
    );
    expect(() => requirePatience(1.5, halves(4))).toThrow("a patience of 1.5 epochs cannot be used");
  });
});
