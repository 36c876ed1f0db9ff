import { describe, expect, it } from "vitest";
import golden from "../../test/golden/losses.json" with { type: "json" };
import { KindredError } from "../base/index.ts";
import type { Tensor } from "../graph/index.ts";
import { atAngles, draw, exactly, expectSame, type LossByLoops, unitDistance } from "./lossBatch.fixture.ts";
import { lossSuite } from "./lossSuite.fixture.ts";
import type { MarginOptions } from "./margin.ts";
import { marginContrastiveLoss } from "./marginContrastive.ts";

function byLoops({ margin }: { readonly margin: number }): LossByLoops {
  return (x, _, labels) => {
    let [total, pairs] = [0, 0];
    for (let i = 0; i < x.length; i++) {
      for (let j = i + 1; j < x.length; j++) {
        const d = unitDistance(x[i]!, x[j]!);
        total += labels[i] === labels[j] ? d ** 2 / 2 : Math.max(0, margin - d) ** 2 / 2;
        pairs++;
      }
    }
    return pairs === 0 ? 0 : total / pairs;
  };
}

const build = (options: MarginOptions) => (x: Tensor, labels: Tensor) =>
  marginContrastiveLoss(x, labels, options);

describe("marginContrastiveLoss", () => {
  lossSuite({
    of: "labels",
    build,
    byLoops,
    golden: golden.marginContrastive,
    options: [{ margin: 1 }, { margin: 0.5 }, { margin: 2.5 }],
  });

  it("has its closed form for rows at known angles: a chord is 2 sin(angle / 2)", () => {
    const { loss } = exactly(build({ margin: 1.5 }), atAngles([0, 0.6, 1.4], [3, 3, 4]));
    const chord = (angle: number): number => 2 * Math.sin(angle / 2);
    const expected = chord(0.6) ** 2 + (1.5 - chord(1.4)) ** 2 + (1.5 - chord(0.8)) ** 2;
    expect(loss).toBeCloseTo(expected / 6, 12);
  });

  it("has no loss and no gradient beyond the margin, and none from rows that coincide", () => {
    const apart = exactly(build({ margin: 1 }), atAngles([0, Math.PI / 2], [1, 2]));
    expectSame(apart, { loss: 0, gradients: [[0, 0, 0, 0]] }, 1e-12);
    const together = exactly(build({ margin: 1 }), atAngles([0, 0], [1, 2]));
    expectSame(together, { loss: 0.5, gradients: [[0, 0, 0, 0]] }, 1e-12);
  });

  it("has a margin of 1 by default and refuses one that is not above 0", () => {
    const batch = draw({ batch: 7, dim: 4, seed: 3, of: "labels" });
    expectSame(exactly(marginContrastiveLoss, batch), exactly(build({ margin: 1 }), batch), 0);
    expect(() => exactly(build({ margin: 0 }), batch)).toThrow(KindredError);
  });
});
