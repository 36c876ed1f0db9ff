import { describe, expect, it } from "vitest";
import golden from "../../test/golden/optimizers.json" with { type: "json" };
import { KindredError } from "../base/index.ts";
import { constantRate, type Schedule, stepLR, warmupCosine } from "./schedules.ts";

function expectRates(received: readonly number[], expected: readonly number[]): void {
  expect(received).toHaveLength(expected.length);
  for (const [i, rate] of expected.entries()) {
    expect(Math.abs(received[i]! - rate), `rate ${i}: ${received[i]}, PyTorch ${rate}`).toBeLessThan(1e-12);
  }
}

/** The rates at the first `count` steps of a run of `totalSteps`. */
function ratesBySteps(schedule: Schedule, count: number, totalSteps: number): number[] {
  return Array.from({ length: count }, (_, step) => schedule.at({ epoch: 0, step, totalSteps }));
}

describe("schedules", () => {
  it("constant stays, as PyTorch's ConstantLR of factor 1", () => {
    const schedule = constantRate(0.005);
    expectRates(ratesBySteps(schedule, golden.constant.length, 20), golden.constant);
    expect(schedule.at({ epoch: 99, step: 1e6, totalSteps: 10 })).toBe(0.005);
  });

  it.each(golden.stepLR)(
    "StepLR($learningRate, $stepSize, $gamma) falls by epochs as PyTorch's",
    (options) => {
      const schedule = stepLR(options);
      // The step does not count.
      const received = options.rates.map((_, epoch) =>
        schedule.at({ epoch, step: epoch * 17, totalSteps: 1 }),
      );
      expectRates(received, options.rates);
    },
  );

  it("StepLR falls to a tenth unless told otherwise", () => {
    expect(stepLR({ learningRate: 1, stepSize: 2 }).options).toEqual({
      learningRate: 1,
      stepSize: 2,
      gamma: 0.1,
    });
  });

  it.each(golden.warmupCosine)(
    "warm-up of $warmupSteps and cosine to step $totalSteps as SequentialLR(LinearLR, CosineAnnealingLR) and as LambdaLR",
    (options) => {
      const received = ratesBySteps(warmupCosine(options), options.lambda.length, options.totalSteps);
      expectRates(received, options.sequential);
      expectRates(received, options.lambda);
    },
  );

  it("warms up for no more than its share of a short run", () => {
    const long = { learningRate: 1, warmupSteps: 100 };
    const rates = (mostWarmup: number, totalSteps: number): number[] =>
      ratesBySteps(warmupCosine({ ...long, mostWarmup }), totalSteps, totalSteps);
    expect(rates(0.2, 20).slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expectRates(rates(0.2, 20), ratesBySteps(warmupCosine({ learningRate: 1, warmupSteps: 4 }), 20, 20));
    expectRates(rates(0.2, 2000), ratesBySteps(warmupCosine(long), 2000, 2000));
    expect(rates(0.2, 3)[0]).toBe(1);
  });

  it("cosine stays at its final rate after the end and goes without warm-up", () => {
    const schedule = warmupCosine({ learningRate: 1, warmupSteps: 0, finalRate: 0.25 });
    expect(schedule.at({ epoch: 0, step: 0, totalSteps: 10 })).toBe(1);
    expect(schedule.at({ epoch: 0, step: 5, totalSteps: 10 })).toBeCloseTo(0.625, 12);
    expect(schedule.at({ epoch: 0, step: 12, totalSteps: 10 })).toBe(0.25);
  });

  it.each([0, -1, Number.NaN])("refuse a learning rate of %d", (learningRate) => {
    expect(() => constantRate(learningRate)).toThrow(KindredError);
    expect(() => stepLR({ learningRate, stepSize: 1 })).toThrow(/learning rate/);
    expect(() => warmupCosine({ learningRate, warmupSteps: 1 })).toThrow(/expected more than 0/);
  });
});
