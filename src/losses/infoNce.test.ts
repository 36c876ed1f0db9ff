import { describe, expect, it } from "vitest";
import golden from "../../test/golden/losses.json" with { type: "json" };
import type { Tensor } from "../graph/index.ts";
import { infoNceLoss } from "./infoNce.ts";
import { cosine, draw, exactly, expectSame, type LossByLoops } from "./lossBatch.fixture.ts";
import { lossSuite } from "./lossSuite.fixture.ts";
import type { TemperatureOptions } from "./temperature.ts";

/** Figure 3 of CLIP: cross entropy of the rows and of the columns, each against the diagonal. */
function byLoops({ temperature }: { readonly temperature: number }): LossByLoops {
  return (a, b) => {
    let total = 0;
    for (let i = 0; i < a.length; i++) {
      let [row, column] = [0, 0];
      for (let j = 0; j < a.length; j++) {
        row += Math.exp(cosine(a[i]!, b[j]!) / temperature);
        column += Math.exp(cosine(a[j]!, b[i]!) / temperature);
      }
      const own = Math.exp(cosine(a[i]!, b[i]!) / temperature);
      total -= (Math.log(own / row) + Math.log(own / column)) / 2;
    }
    return total / a.length;
  };
}

const build = (options: TemperatureOptions) => (a: Tensor, b: Tensor) => infoNceLoss(a, b, options);

describe("infoNceLoss", () => {
  lossSuite({
    of: "views",
    build,
    byLoops,
    golden: golden.infoNce,
    options: [{ temperature: 0.125 }, { temperature: 1 }],
  });

  it("is log(n) where all rows are one, and has its closed form for orthogonal pairs that coincide", () => {
    const same = { batch: 4, dim: 2, inputs: [1, 2].map(() => [3, 1, 3, 1, 3, 1, 3, 1]), labels: null };
    expect(exactly(infoNceLoss, same).loss).toBeCloseTo(Math.log(4), 12);
    const eye = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    const { loss } = exactly(build({ temperature: 0.5 }), {
      batch: 3,
      dim: 3,
      inputs: [eye, eye],
      labels: null,
    });
    expect(loss).toBeCloseTo(Math.log(1 + 2 * Math.exp(-2)), 12);
  });

  it("treats both modalities alike: swapped, the gradients swap", () => {
    const batch = draw({ batch: 6, dim: 4, seed: 8, of: "views" });
    const { loss, gradients } = exactly(infoNceLoss, batch);
    const swapped = exactly(infoNceLoss, { ...batch, inputs: batch.inputs.toReversed() });
    expectSame(swapped, { loss, gradients: gradients.toReversed() }, 1e-12);
  });

  it("has a temperature of 0.07 by default", () => {
    const batch = draw({ batch: 5, dim: 4, seed: 3, of: "views" });
    expectSame(exactly(infoNceLoss, batch), exactly(build({ temperature: 0.07 }), batch), 0);
  });
});
