import { describe, expect, it } from "vitest";
import golden from "../../test/golden/losses.json" with { type: "json" };
import type { Tensor } from "../graph/index.ts";
import { cosine, draw, exactly, expectSame, type LossByLoops } from "./lossBatch.fixture.ts";
import { lossSuite } from "./lossSuite.fixture.ts";
import { ntXentLoss } from "./ntXent.ts";
import type { TemperatureOptions } from "./temperature.ts";

/** Algorithm 1 of SimCLR: l(i, j) of both views of every image. */
function byLoops({ temperature }: { readonly temperature: number }): LossByLoops {
  return (a, b) => {
    const n = a.length;
    const z = [...a, ...b];
    let total = 0;
    for (let i = 0; i < 2 * n; i++) {
      let denominator = 0;
      for (let k = 0; k < 2 * n; k++) {
        if (k !== i) denominator += Math.exp(cosine(z[i]!, z[k]!) / temperature);
      }
      const j = i < n ? i + n : i - n;
      total -= Math.log(Math.exp(cosine(z[i]!, z[j]!) / temperature) / denominator);
    }
    return total / (2 * n);
  };
}

const build = (options: TemperatureOptions) => (a: Tensor, b: Tensor) => ntXentLoss(a, b, options);

describe("ntXentLoss", () => {
  lossSuite({
    of: "views",
    build,
    byLoops,
    golden: golden.ntXent,
    options: [{ temperature: 0.125 }, { temperature: 1 }],
  });

  it("is log(2 n - 1) where all views are one, and 0 for a single image", () => {
    const same = { batch: 4, dim: 2, inputs: [1, 2].map(() => [3, 1, 3, 1, 3, 1, 3, 1]), labels: null };
    expect(exactly(ntXentLoss, same).loss).toBeCloseTo(Math.log(7), 12);
    expect(exactly(ntXentLoss, draw({ batch: 1, dim: 3, seed: 1, of: "views" })).loss).toBeCloseTo(0, 12);
  });

  it("has its closed form for orthogonal images whose views coincide", () => {
    const eye = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    const { loss } = exactly(build({ temperature: 0.5 }), {
      batch: 3,
      dim: 3,
      inputs: [eye, eye],
      labels: null,
    });
    expect(loss).toBeCloseTo(Math.log(1 + 4 * Math.exp(-2)), 12);
  });

  it("treats both views alike: swapped, the gradients swap", () => {
    const batch = draw({ batch: 6, dim: 4, seed: 8, of: "views" });
    const { loss, gradients } = exactly(ntXentLoss, batch);
    const swapped = exactly(ntXentLoss, { ...batch, inputs: batch.inputs.toReversed() });
    expectSame(swapped, { loss, gradients: gradients.toReversed() }, 1e-12);
  });

  it("has a temperature of 0.5 by default", () => {
    const batch = draw({ batch: 5, dim: 4, seed: 3, of: "views" });
    expectSame(exactly(ntXentLoss, batch), exactly(build({ temperature: 0.5 }), batch), 0);
  });
});
