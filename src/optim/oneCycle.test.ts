import { describe, expect, it } from "vitest";
import golden from "../../test/golden/oneCycle.json" with { type: "json" };
import { KindredError } from "../base/index.ts";
import { oneCycle } from "./oneCycle.ts";

describe("oneCycle", () => {
  it.each(golden.cases)("is PyTorch's OneCycleLR with $options", ({ options, rates }) => {
    const { totalSteps, ...given } = options;
    const schedule = oneCycle(given);
    for (const [step, rate] of rates.entries()) {
      const received = schedule.at({ epoch: 0, step, totalSteps });
      expect(Math.abs(received - rate), `step ${step}: ${received}, PyTorch ${rate}`).toBeLessThan(1e-12);
    }
    expect(rates).toHaveLength(totalSteps);
  });

  it("starts at a 25th, peaks in between and ends at a 250,000th, where it stays", () => {
    const schedule = oneCycle({ learningRate: 0.5 });
    const at = (step: number): number => schedule.at({ epoch: 0, step, totalSteps: 100 });
    expect(at(0)).toBeCloseTo(0.02, 12);
    expect(at(29)).toBeCloseTo(0.5, 12);
    expect(at(99)).toBeCloseTo(2e-6, 12);
    expect(at(150)).toBe(at(99));
    expect(schedule.options).toEqual({ learningRate: 0.5, warmup: 0.3, startDivisor: 25, endDivisor: 1e4 });
  });

  it("is a number in a run of any length, with any warm-up", () => {
    for (const totalSteps of [1, 2, 3, 10]) {
      for (const warmup of [0, 0.1, 0.5, 1]) {
        const schedule = oneCycle({ learningRate: 1, warmup });
        for (let step = 0; step <= totalSteps; step++) {
          const rate = schedule.at({ epoch: 0, step, totalSteps });
          expect(rate, `step ${step} of ${totalSteps}, warm-up ${warmup}`).toBeGreaterThanOrEqual(3.9e-6);
          expect(rate).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  it.each([
    [{ learningRate: 0 }, "learning rate 0 cannot be used, expected more than 0"],
    [{ learningRate: 1, warmup: 1.5 }, "a warm-up of the share 1.5 cannot be used, expected 0 to 1"],
    [{ learningRate: 1, startDivisor: 0.5 }, "startDivisor 0.5 cannot be used, expected 1 or more"],
    [{ learningRate: 1, endDivisor: Number.NaN }, "endDivisor NaN cannot be used"],
  ])("refuses %j", (options, message) => {
    expect(() => oneCycle(options)).toThrow(KindredError);
    expect(() => oneCycle(options)).toThrow(message);
  });
});
