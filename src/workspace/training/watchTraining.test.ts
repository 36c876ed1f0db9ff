import { describe, expect, it } from "vitest";
import { ShuffledSampler } from "../../data/index.ts";
import { cosinePairLoss, lossByName } from "../../losses/index.ts";
import {
  compactEncoder,
  datasetsOf,
  ImageColumn,
  type ImageDataset,
  variedPictures,
} from "../../modality/image/index.ts";
import { adam, constantRate } from "../../optim/index.ts";
import { referenceRuntime } from "../../runtime/index.ts";
import { labelSource, labelTask, pairSources, pairTask, Trainer, viewSource } from "../../train/index.ts";
import type { BatchMessage, LiveMessage } from "./liveMap.ts";
import { type WatchTrainingOptions, watchTraining } from "./watchTraining.ts";

/** Bars at two places. */
const training: ImageDataset = {
  name: "bars",
  count: 12,
  channels: 1,
  height: 8,
  width: 8,
  pixels: Uint8Array.from({ length: 12 * 64 }, (_, i) =>
    i % 8 === (Math.floor(i / 64) % 2) * 4 + 2 ? 200 + Math.floor(i / 64) : 10,
  ),
  labels: Int32Array.from({ length: 12 }, (_, i) => i % 2),
};
const none = { ...training, count: 0, pixels: new Uint8Array(), labels: new Int32Array() };
const data = datasetsOf({ training, validation: none });

const encoder = compactEncoder({ channels: 1, size: 8, dim: 4, width: 2 });

type OwnRecorder = NonNullable<WatchTrainingOptions["recorder"]>;

async function train(kind: "pairs" | "labels", watched: boolean, own: OwnRecorder | null) {
  const supCon = lossByName("supcon", {});
  if (supCon.of !== "labels") throw new Error("expected a loss of labels");
  const sampler = new ShuffledSampler(12, { batchSize: 6, seed: 1 });
  const trainer = await Trainer.create({
    runtime: referenceRuntime(),
    task: kind === "pairs" ? pairTask(encoder, cosinePairLoss) : labelTask(encoder, supCon.loss),
    ...(kind === "labels"
      ? {
          sources: () => ({
            training: labelSource(data.training, encoder, { sampler, seed: 1, vary: null }),
            validation: null,
          }),
        }
      : {}),
    ...data,
    optimizer: adam(),
    schedule: constantRate(0.005),
    epochs: 2,
    batchSize: 6,
  });
  const messages: LiveMessage[] = [];
  const options = { trainer, training, seed: 1, recorder: own, everyMs: 0, everySteps: 1, mostCost: 1 };
  await trainer.fit(
    watched
      ? watchTraining({ ...options, onMessage: (message) => void messages.push(message) })
      : own
        ? { record: own }
        : {},
  );
  const { tensors } = await trainer.state();
  await trainer.dispose();
  return { tensors, messages };
}

function recorder(): { own: OwnRecorder; steps: number[] } {
  const steps: number[] = [];
  const own: OwnRecorder = {
    sample: new ImageColumn(training),
    due: (step) => step === 2,
    take: async ({ step }) => void steps.push(step),
  };
  return { own, steps };
}

describe("watchTraining", () => {
  it.each(["pairs", "labels"] as const)(
    "changes nothing in a training of %s, nor in what it records",
    async (kind) => {
      const [alone, beside] = [recorder(), recorder()];
      const plain = await train(kind, false, alone.own);
      const watched = await train(kind, true, beside.own);
      expect(watched.tensors).toEqual(plain.tensors);
      expect(beside.steps).toEqual(alone.steps);
      expect(alone.steps).toEqual([2, 4]);
      const told = watched.messages.map(({ head }) =>
        "step" in head ? [head.type, head.step] : [head.type],
      );
      expect(told).toEqual([
        ["sample"],
        ["map", 0],
        ["map", 1],
        ["batch", 1],
        ["map", 2],
        ["batch", 2],
        ["map", 3],
        ["batch", 3],
        ["map", 4],
        ["batch", 4],
      ]);
    },
  );

  it("shows pictures of the batch with their labels, as they are in the data set", async () => {
    for (const kind of ["pairs", "labels"] as const) {
      const { messages } = await train(kind, true, null);
      const batches = messages.filter((message): message is BatchMessage => message.head.type === "batch");
      for (const { head, arrays } of batches) {
        expect(head.count).toBe(6);
        for (let at = 0; at < 3 * head.count; at++) {
          const picture = arrays.pictures.slice(at * 64, (at + 1) * 64);
          const row = Math.max(...picture) - 200;
          const label = arrays.labels[at]!;
          if (label === -1) {
            expect(picture.every((value) => value === 0)).toBe(true);
          } else {
            expect(picture).toEqual(training.pixels.slice(row * 64, (row + 1) * 64));
            expect(label).toBe(row % 2);
          }
        }
        for (let i = 0; i < head.count; i++) {
          const [anchor, positive, negative] = [0, 1, 2].map((part) => arrays.labels[part * head.count + i]!);
          expect([-1, anchor]).toContain(positive);
          expect(negative).not.toBe(anchor);
          expect(Number.isNaN(arrays.similarity[i])).toBe(positive === -1);
          expect(Number.isNaN(arrays.similarity[head.count + i])).toBe(negative === -1);
          for (const value of [arrays.similarity[i]!, arrays.similarity[head.count + i]!]) {
            if (!Number.isNaN(value)) expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-6);
          }
        }
      }
      expect(batches.length).toBeGreaterThan(2);
    }
  });
});

describe("the rows of batches", () => {
  it("are those of the pictures fed", async () => {
    const byPixel = (data: ArrayLike<number | bigint>, at: number): number =>
      Math.max(...Array.from({ length: 64 }, (_, i) => Math.round((Number(data[at * 64 + i]) + 1) * 127.5))) -
      200;
    const pairs = pairSources(encoder)(data, { batchSize: 5, seed: 3 });
    for await (const { rows, feeds, size } of pairs.training.batches(1, 1)) {
      if (rows?.of !== "pairs") throw new Error("expected rows of pairs");
      for (let i = 0; i < size; i++) {
        expect(byPixel(feeds["anchor.images"]!.data, i)).toBe(rows.anchors[i]);
        expect(byPixel(feeds["contrastive.images"]!.data, i)).toBe(rows.partners[i]);
        expect(rows.alike[i]).toBe(feeds.target!.data[i]);
      }
      expect(rows.anchors).toHaveLength(size);
    }
    const sampler = new ShuffledSampler(12, { batchSize: 5, seed: 1 });
    const labelled = labelSource(data.training, encoder, { sampler, seed: 1, vary: null });
    const views = viewSource(data.training, encoder, { sampler, seed: 1, vary: variedPictures({}) });
    for (const source of [labelled, views]) {
      for await (const { rows, feeds } of source.batches(0, 1)) {
        if (!rows || rows.of === "pairs") throw new Error("expected rows seen once");
        const fed = Array.from(rows.rows, (_, i) => byPixel(feeds.images!.data, i));
        expect(fed).toEqual([...rows.rows]);
        expect(feeds.images!.shape[0]).toBe(rows.rows.length);
      }
    }
  });
});
