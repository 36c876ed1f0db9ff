import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "../../test/golden/losses.json" with { type: "json" };
import { constant, type Tensor } from "../graph/index.ts";
import { add, gather, mul, reduceSum } from "../ops/index.ts";
import { allPairsCosineLoss } from "./allPairsCosine.ts";
import { cosinePairLoss } from "./cosinePair.ts";
import { anyBatch, atAngles, cosine, exactly, expectSame, type Rows } from "./lossBatch.fixture.ts";
import { lossSuite } from "./lossSuite.fixture.ts";

function byLoops(x: Rows, _: Rows, labels: readonly number[]): number {
  const sums = [0, 0];
  const counts = [0, 0];
  for (const [i, a] of x.entries()) {
    for (const [j, b] of x.entries()) {
      if (i === j) continue;
      const target = labels[i] === labels[j] ? 1 : 0;
      sums[target]! += (cosine(a, b) - target) ** 2;
      counts[target]!++;
    }
  }
  return 0.5 * (sums[0]! / Math.max(1, counts[0]!)) + 0.5 * (sums[1]! / Math.max(1, counts[1]!));
}

/** The lesson's loss of every pair on its own, each picked from the batch by its row numbers. */
function pairByPair(labels: readonly number[]) {
  return (x: Tensor): Tensor => {
    const halves = [0, 1].map((target) => {
      const pairs = labels.flatMap((a, i) =>
        labels.flatMap((b, j) => (i !== j && (a === b ? 1 : 0) === target ? [[i, j]] : [])),
      );
      if (pairs.length === 0) return mul(reduceSum(x), 0);
      const rows = [0, 1].map((side) =>
        gather(
          x,
          constant(
            "int64",
            [pairs.length],
            pairs.map((pair) => pair[side]!),
          ),
        ),
      );
      const targets = constant(
        "float32",
        [pairs.length],
        pairs.map(() => target),
      );
      return cosinePairLoss(rows[0]!, rows[1]!, targets);
    });
    return mul(reduceSum(halves.reduce((sum, half) => add(sum, half))), 0.5);
  };
}

describe("allPairsCosineLoss", () => {
  lossSuite({
    of: "labels",
    build: () => allPairsCosineLoss,
    byLoops: () => byLoops,
    golden: golden.allPairsCosine,
    options: [{}],
  });

  it("has its closed form for three rows in the plane", () => {
    const [a, b] = [0.4, 1.3];
    const { loss } = exactly(allPairsCosineLoss, atAngles([0, a, b], [7, 7, 2]));
    const repulsion = (Math.cos(b) ** 2 + Math.cos(b - a) ** 2) / 2;
    expect(loss).toBeCloseTo(((Math.cos(a) - 1) ** 2 + repulsion) / 2, 12);
  });

  it("is 0 where alike rows coincide and unalike ones are orthogonal, and a kind that is missing adds 0", () => {
    expect(exactly(allPairsCosineLoss, atAngles([0, 0, Math.PI / 2], [1, 1, 2])).loss).toBeCloseTo(0, 12);
    expect(exactly(allPairsCosineLoss, atAngles([0, Math.PI / 2, 0], [1, 1, 1])).loss).toBeCloseTo(1 / 3, 12);
    expect(exactly(allPairsCosineLoss, atAngles([0, 0], [1, 2])).loss).toBeCloseTo(0.5, 12);
  });

  it("is the lesson's loss of all pairs taken one by one, value and gradient", () => {
    fc.assert(
      fc.property(anyBatch("labels"), (batch) => {
        const plain = exactly(pairByPair(batch.labels!), { ...batch, labels: null });
        expectSame(exactly(allPairsCosineLoss, batch), plain, 1e-7);
      }),
      { seed: 3, numRuns: 30 },
    );
  });
});
