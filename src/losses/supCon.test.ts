import { describe, expect, it } from "vitest";
import golden from "../../test/golden/losses.json" with { type: "json" };
import { KindredError } from "../base/index.ts";
import type { Tensor } from "../graph/index.ts";
import { atAngles, cosine, draw, exactly, expectSame, type LossByLoops } from "./lossBatch.fixture.ts";
import { lossSuite } from "./lossSuite.fixture.ts";
import { ntXentLoss } from "./ntXent.ts";
import { supConLoss } from "./supCon.ts";
import type { TemperatureOptions } from "./temperature.ts";

/** Equation 2 with its sums, the mean over anchors that have a positive. */
function byLoops({ temperature }: { readonly temperature: number }): LossByLoops {
  return (x, _, labels) => {
    let [total, anchors] = [0, 0];
    for (const [i, z] of x.entries()) {
      const others = x.flatMap((_row, a) => (a === i ? [] : [a]));
      const positives = others.filter((p) => labels[p] === labels[i]);
      if (positives.length === 0) continue;
      let sum = 0;
      for (const p of positives) {
        let denominator = 0;
        for (const a of others) denominator += Math.exp(cosine(z, x[a]!) / temperature);
        sum += Math.log(Math.exp(cosine(z, x[p]!) / temperature) / denominator);
      }
      total -= sum / positives.length;
      anchors++;
    }
    return anchors === 0 ? 0 : total / anchors;
  };
}

const build = (options: TemperatureOptions) => (x: Tensor, labels: Tensor) => supConLoss(x, labels, options);

describe("supConLoss", () => {
  lossSuite({
    of: "labels",
    build,
    byLoops,
    golden: golden.supCon,
    options: [{ temperature: 0.125 }, { temperature: 1 }],
  });

  it("is log(n - 1) where all rows are one, whatever their labels", () => {
    for (const labels of [
      [1, 1, 1, 1, 1],
      [1, 1, 2, 2, 3],
    ]) {
      expect(exactly(supConLoss, atAngles([2, 2, 2, 2, 2], labels)).loss).toBeCloseTo(Math.log(4), 12);
    }
  });

  it("has its closed form for two orthogonal classes of two", () => {
    const { loss } = exactly(
      build({ temperature: 0.5 }),
      atAngles([1, 1, 1 + Math.PI / 2, 1 + Math.PI / 2], [5, 5, 8, 8]),
    );
    expect(loss).toBeCloseTo(Math.log(1 + 2 * Math.exp(-2)), 12);
  });

  it("leaves anchors without a positive out of the mean, but not out of the denominators", () => {
    // cos = 1 for the pair, 0 for the third row.
    const { loss } = exactly(build({ temperature: 1 }), atAngles([0, 0, Math.PI / 2], [1, 1, 2]));
    expect(loss).toBeCloseTo(Math.log(1 + Math.exp(-1)), 12);
    expect(exactly(supConLoss, atAngles([0, 1], [1, 2])).loss).toBe(0);
  });

  it("is NT-Xent where each label is that of two views", () => {
    const views = draw({ batch: 6, dim: 5, seed: 2, of: "views" });
    const [a, b] = views.inputs;
    const labels = Array.from({ length: 12 }, (_, i) => i % 6);
    const joined = exactly(build({ temperature: 0.25 }), {
      batch: 12,
      dim: 5,
      inputs: [[...a!, ...b!]],
      labels,
    });
    const { loss, gradients } = exactly((x, y) => ntXentLoss(x, y, { temperature: 0.25 }), views);
    const both = [...Array.from(gradients[0]!), ...Array.from(gradients[1]!)];
    expectSame(joined, { loss, gradients: [both] }, 1e-10);
  });

  it("has the paper's temperature of 0.1 by default and refuses one that is not above 0", () => {
    const batch = draw({ batch: 7, dim: 4, seed: 3, of: "labels" });
    expectSame(exactly(supConLoss, batch), exactly(build({ temperature: 0.1 }), batch), 0);
    for (const temperature of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => exactly(build({ temperature }), batch)).toThrow(KindredError);
    }
  });

  it("stays finite in float64 and its gradient too for a temperature of 0.001", () => {
    const { loss, gradients } = exactly(
      build({ temperature: 0.001 }),
      draw({ batch: 9, dim: 4, seed: 4, of: "labels" }),
    );
    expect(Number.isFinite(loss)).toBe(true);
    expect(Array.from(gradients[0]!).every(Number.isFinite)).toBe(true);
  });
});
