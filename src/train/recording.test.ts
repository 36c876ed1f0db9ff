import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cosinePairLoss } from "../losses/index.ts";
import { datasetsOf, ImageColumn, type ImageDataset, lessonEncoder } from "../modality/image/index.ts";
import { adam, stepLR } from "../optim/index.ts";
import { referenceRuntime } from "../runtime/index.ts";
import { recordingRows, recordingSchedule, recordingSize, type Snapshot } from "./recording.ts";
import { pairTask } from "./task.ts";
import { Trainer } from "./trainer.ts";

const countsOf = (labels: readonly number[]): Record<number, number> =>
  Object.fromEntries([...new Set(labels)].map((label) => [label, labels.filter((l) => l === label).length]));

describe("the sample", () => {
  it("takes as many of each class as there can be, each row once, in order", () => {
    const labels = Int32Array.from([...Array(50).fill(4), ...Array(3).fill(7), ...Array(40).fill(1)]);
    const rows = [...recordingRows(labels, 1, 23)];
    expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
    expect(countsOf(rows.map((row) => labels[row]!))).toEqual({ 1: 10, 4: 10, 7: 3 });
  });

  it("is of the size asked for or the whole, and no class is more than one ahead of one that has rows left", () => {
    const spaces = fc.tuple(
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 80 }),
      fc.nat(),
      fc.integer({ min: 1, max: 90 }),
    );
    fc.assert(
      fc.property(spaces, ([values, seed, size]) => {
        const labels = Int32Array.from(values);
        const rows = recordingRows(labels, seed, size);
        expect(new Set(rows).size).toBe(Math.min(size, labels.length));
        const all = countsOf(values);
        const taken = countsOf([...rows].map((row) => labels[row]!));
        const most = Math.max(...Object.values(taken));
        for (const [label, count] of Object.entries(all)) {
          const own = taken[Number(label)] ?? 0;
          if (own < count) expect(most - own).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("follows from the seed", () => {
    const labels = Int32Array.from({ length: 500 }, (_, i) => i % 10);
    expect(recordingRows(labels, 3, 100)).toEqual(recordingRows(labels, 3, 100));
    expect(recordingRows(labels, 4, 100)).not.toEqual(recordingRows(labels, 3, 100));
  });
});

describe("the size of the sample", () => {
  it("is what ten snapshots of it can cost: 6.5 % of the pictures trained on", () => {
    expect(recordingSize(820_000)).toBe(1000);
    expect(recordingSize(154_000)).toBe(1000);
    expect(recordingSize(153_000)).toBe(512);
    expect(recordingSize(82_000)).toBe(512);
    expect(recordingSize(41_000)).toBe(256);
    expect(recordingSize(100)).toBe(256);
  });
});

describe("the schedule", () => {
  const steps = (plan: Parameters<typeof recordingSchedule>[0], epochs: number): number[] => {
    const due = recordingSchedule(plan);
    return Array.from({ length: plan.batches * epochs + 1 }, (_, step) => step).filter(due);
  };

  it("is dense early, and comes at the end of every epoch of a long one", () => {
    const mnist = { sample: 1000, rowsPerStep: 128, batches: 641 };
    expect(steps(mnist, 2)).toEqual([0, 16, 40, 100, 250, 641, 855, 1068, 1282]);
  });

  it("comes at the end of every few epochs of a short one", () => {
    const subset = { sample: 1000, rowsPerStep: 128, batches: 47 };
    expect(steps(subset, 12)).toEqual([0, 16, 40, 100, 235, 470]);
  });

  it("embeds at most 0.04 pictures for each one trained on, but for eight early snapshots", () => {
    const plans = fc.record({
      sample: fc.integer({ min: 2, max: 1000 }),
      rowsPerStep: fc.integer({ min: 2, max: 512 }),
      batches: fc.integer({ min: 1, max: 700 }),
    });
    fc.assert(
      fc.property(plans, (plan) => {
        const epochs = Math.ceil(20_000 / plan.batches);
        const taken = steps(plan, epochs);
        expect(taken[0]).toBe(0);
        const trained = epochs * plan.batches * plan.rowsPerStep;
        expect((taken.length - 8) * plan.sample).toBeLessThanOrEqual(0.04 * trained);
      }),
    );
  });
});

describe("a training that is recorded", () => {
  /** Bars at two places: enough to take gradients of. */
  const training: ImageDataset = {
    name: "bars",
    count: 12,
    channels: 1,
    height: 12,
    width: 12,
    pixels: Uint8Array.from({ length: 12 * 144 }, (_, i) =>
      i % 12 === (Math.floor(i / 144) % 2) * 6 + 2 ? 200 + Math.floor(i / 144) : 10,
    ),
    labels: Int32Array.from({ length: 12 }, (_, i) => i % 2),
  };

  async function train(record: boolean) {
    const encoder = lessonEncoder({ channels: 1, size: 12, dim: 4, dropout: 0.3 });
    const trainer = await Trainer.create({
      runtime: referenceRuntime(),
      task: pairTask(encoder, cosinePairLoss),
      ...datasetsOf({
        training,
        validation: { ...training, count: 0, pixels: new Uint8Array(), labels: new Int32Array() },
      }),
      optimizer: adam(),
      schedule: stepLR({ learningRate: 0.005, stepSize: 7, gamma: 0.3 }),
      epochs: 2,
      batchSize: 4,
    });
    const snapshots: Snapshot[] = [];
    const losses: number[] = [];
    const recorder = {
      sample: new ImageColumn(training),
      due: (step: number) => step === 0 || step === 2,
      take: async (snapshot: Snapshot) => {
        snapshots.push(snapshot);
      },
    };
    await trainer.fit({
      ...(record ? { record: recorder } : {}),
      onStep: ({ loss, batch }) => losses.push(loss * batch * 4),
    });
    const { tensors } = await trainer.state();
    await trainer.dispose();
    return { tensors, snapshots, losses };
  }

  it("is the same bit for bit, and tells of each snapshot where it is and what it learned until then", async () => {
    const plain = await train(false);
    const recorded = await train(true);
    expect(recorded.tensors).toEqual(plain.tensors);
    expect(plain.snapshots).toEqual([]);
    const told = recorded.snapshots.map(({ step, epoch, pairs }) => ({ step, epoch, pairs }));
    expect(told).toEqual([
      { step: 0, epoch: 0, pairs: 0 },
      { step: 2, epoch: 2 / 3, pairs: 8 },
      { step: 6, epoch: 2, pairs: 24 },
    ]);
    const [first, second, last] = recorded.snapshots;
    expect(first!.lossSum).toBe(0);
    expect(second!.lossSum).toBeCloseTo(plain.losses[1]!, 5);
    expect(last!.lossSum).toBeCloseTo(plain.losses[2]! + plain.losses[5]!, 5);
    expect(first!.embeddings).toHaveLength(12 * 4);
    expect(second!.embeddings).not.toEqual(first!.embeddings);
    expect(last!.embeddings).not.toEqual(second!.embeddings);
  });
});
