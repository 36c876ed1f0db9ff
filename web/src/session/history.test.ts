import type { StepHead } from "kindred/workspace";
import { describe, expect, it } from "vitest";
import { withMap, withStep } from "./history.ts";

const stepAt = (step: number, loss: number): StepHead => ({
  type: "step",
  step,
  epoch: step / 100,
  epochs: 4,
  loss,
  perSecond: 1,
  unit: "pairs",
  secondsLeft: 1,
});

describe("withStep", () => {
  it("keeps all while they are few", () => {
    expect(withStep([stepAt(1, 3)], stepAt(2, 4), 3)).toEqual([stepAt(1, 3), stepAt(2, 4)]);
  });

  it("joins neighbours, their losses weighed by the steps they stand for", () => {
    const steps = [stepAt(10, 4), stepAt(30, 1), stepAt(40, 2)];
    const joined = withStep(steps, stepAt(70, 6), 3);
    expect(joined.map(({ step }) => step)).toEqual([30, 70]);
    expect(joined[0]!.loss).toBeCloseTo((4 * 10 + 1 * 20) / 30, 12);
    expect(joined[1]!.loss).toBeCloseTo((2 * 10 + 6 * 30) / 40, 12);
  });

  it("keeps the mean of the whole however long it goes on, and the newest step", () => {
    let steps: StepHead[] = [];
    let sum = 0;
    for (let step = 1; step <= 1001; step++) {
      const loss = (step * 7919) % 101;
      sum += loss;
      steps = withStep(steps, stepAt(step, loss), 40);
      expect(steps.length).toBeLessThanOrEqual(40);
    }
    expect(steps.at(-1)!.step).toBe(1001);
    const mean =
      steps.reduce((all, { loss, step }, at) => all + loss * (step - (steps[at - 1]?.step ?? 0)), 0) / 1001;
    expect(mean).toBeCloseTo(sum / 1001, 9);
  });
});

describe("withMap", () => {
  it("drops every second, never the newest", () => {
    expect(withMap([1, 2, 3, 4], 5, 4)).toEqual([1, 3, 5]);
    expect(withMap([1, 2, 3], 4, 3)).toEqual([2, 4]);
    expect(withMap([1, 2], 3, 3)).toEqual([1, 2, 3]);
  });
});
