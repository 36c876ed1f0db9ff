import { describe, expect, it } from "vitest";
import { ImageColumn } from "../../modality/image/index.ts";
import type { Recorder, Snapshot } from "../../train/index.ts";
import { watchRecorder } from "./watchRecorder.ts";

const sample = new ImageColumn({
  name: "none",
  count: 0,
  channels: 1,
  height: 1,
  width: 1,
  pixels: new Uint8Array(),
  labels: new Int32Array(),
});

it("looks at the modalities that are recorded, or else at those asked for", () => {
  const [recorded, asked] = [[sample], [sample, sample]];
  const own: Recorder = { sample, others: recorded, due: () => false, take: async () => undefined };
  const look = (): void => undefined;
  expect(watchRecorder(own, sample, look, { others: asked }).others).toBe(recorded);
  expect(watchRecorder(null, sample, look, { others: asked }).others).toBe(asked);
  expect(watchRecorder(null, sample, look)).not.toHaveProperty("others");
});

/** Goes through steps as a trainer does, each taking `stepMs` on a clock of its own and each snapshot `embedMs`. */
async function train(
  own: readonly number[] | null,
  { stepMs, embedMs, lookMs = 0, steps }: { stepMs: number; embedMs: number; lookMs?: number; steps: number },
  options: { everyMs?: number; everySteps?: number; mostCost?: number } = {},
): Promise<{ recorded: number[]; looked: number[]; part: number }> {
  const recorded: number[] = [];
  const looked: number[] = [];
  let clock = 5;
  const recorder: Recorder | null = own && {
    sample,
    due: (step) => own.includes(step),
    take: async ({ step }) => {
      recorded.push(step);
    },
  };
  const watch = watchRecorder(
    recorder,
    sample,
    async ({ step }) => {
      clock += lookMs;
      looked.push(step);
    },
    { ...options, now: () => clock },
  );
  let spent = 0;
  const snap = async (step: number): Promise<void> => {
    const before = clock;
    clock += embedMs;
    const seconds = embedMs / 1000;
    const snapshot: Snapshot = {
      step,
      epoch: 0,
      pairs: 0,
      lossSum: 0,
      embeddings: new Float32Array(),
      seconds,
    };
    await watch.take(snapshot);
    spent += clock - before;
  };
  for (let step = 0; step < steps; step++) {
    if (watch.due(step)) await snap(step);
    clock += stepMs;
  }
  await snap(steps);
  return { recorded, looked, part: spent / (clock - 5) };
}

describe("watchRecorder", () => {
  it("hands a run's own recorder just what it is due, and the trainer's last", async () => {
    const { recorded, looked } = await train([0, 3, 16, 40], { stepMs: 100, embedMs: 10, steps: 60 });
    expect(recorded).toEqual([0, 3, 16, 40, 60]);
    expect(looked).toEqual(expect.arrayContaining(recorded));
    expect(looked.length).toBeGreaterThan(recorded.length);
    // Steps that come round again, as those of a resumed run do, make no difference.
    expect((await train([0, 3, 16, 40], { stepMs: 1, embedMs: 500, steps: 60 })).recorded).toEqual(recorded);
  });

  it("looks after a second and four steps at the least, without a recorder too", async () => {
    const fast = await train(null, { stepMs: 10, embedMs: 1, steps: 350 });
    expect(fast.looked).toEqual([0, 100, 200, 300, 350]);
    const slow = await train(null, { stepMs: 2000, embedMs: 1, steps: 12 });
    expect(slow.looked).toEqual([0, 4, 8, 12]);
    const both = await train(null, { stepMs: 10, embedMs: 1, steps: 30 }, { everyMs: 50, everySteps: 7 });
    expect(both.looked).toEqual([0, 7, 14, 21, 28, 30]);
  });

  it("looks less often where a look takes long, so that all take a tenth of the time", async () => {
    const { part, looked } = await train(null, { stepMs: 20, embedMs: 300, lookMs: 100, steps: 5000 });
    expect(part).toBeGreaterThan(0.08);
    expect(part).toBeLessThan(0.105);
    expect(looked.length).toBeGreaterThan(20);
    const rare = await train(
      null,
      { stepMs: 20, embedMs: 300, lookMs: 100, steps: 5000 },
      { mostCost: 0.02 },
    );
    expect(rare.part).toBeLessThan(0.03);
  });
});
