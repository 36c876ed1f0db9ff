import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "../../test/golden/losses.json" with { type: "json" };
import type { Tensor } from "../graph/index.ts";
import { anyBatch, draw, exactly, expectClose, expectSame, type LossByLoops } from "./lossBatch.fixture.ts";
import { lossSuite } from "./lossSuite.fixture.ts";
import { type VicRegOptions, vicRegLoss } from "./vicReg.ts";

/** A constant of a graph is a float32. */
const epsilon = Math.fround(1e-4);

/** Equations 1 to 6, averaged as in the authors' code. */
function byLoops({ invariance, variance, covariance }: Required<VicRegOptions>): LossByLoops {
  return (a, b) => {
    const [n, d] = [a.length, a[0]!.length];
    let apart = 0;
    for (let i = 0; i < n; i++) for (let k = 0; k < d; k++) apart += (a[i]![k]! - b[i]![k]!) ** 2 / (n * d);
    let [flat, tied] = [0, 0];
    for (const z of [a, b]) {
      const cov = (k: number, l: number): number => {
        const mean = (column: number): number => z.reduce((sum, row) => sum + row[column]! / n, 0);
        const sum = z.reduce((total, row) => total + (row[k]! - mean(k)) * (row[l]! - mean(l)), 0);
        return n === 1 ? 0 : sum / (n - 1);
      };
      for (let k = 0; k < d; k++) {
        flat += Math.max(0, 1 - Math.sqrt(cov(k, k) + epsilon)) / d / 2;
        for (let l = 0; l < d; l++) if (k !== l) tied += cov(k, l) ** 2 / d;
      }
    }
    return invariance * apart + variance * flat + covariance * tied;
  };
}

const build = (options: VicRegOptions) => (a: Tensor, b: Tensor) => vicRegLoss(a, b, options);
const paper = { invariance: 25, variance: 25, covariance: 1 };

describe("vicRegLoss", () => {
  lossSuite({
    of: "views",
    build,
    byLoops,
    golden: golden.vicReg,
    options: [paper, { invariance: 0.5, variance: 2, covariance: 3 }],
    ofDirections: false,
  });

  it("has its closed form where all pictures are one: nothing varies", () => {
    const rows = [3, 1, 3, 1, 3, 1];
    const moved = rows.map((value) => value + 2);
    const same = exactly(vicRegLoss, { batch: 3, dim: 2, inputs: [rows, rows], labels: null });
    expect(same.loss).toBeCloseTo(25 * (1 - Math.sqrt(epsilon)), 12);
    const apart = exactly(vicRegLoss, { batch: 3, dim: 2, inputs: [rows, moved], labels: null });
    expect(apart.loss).toBeCloseTo(25 * (1 - Math.sqrt(epsilon)) + 25 * 4, 12);
  });

  it("is 0, without gradient, where views coincide and coordinates vary widely, each on its own", () => {
    const rows = [2, 2, 2, -2, -2, 2, -2, -2];
    const received = exactly(vicRegLoss, { batch: 4, dim: 2, inputs: [rows, rows], labels: null });
    expectSame(received, { loss: 0, gradients: [new Array(8).fill(0), new Array(8).fill(0)] }, 1e-12);
  });

  it("has its closed form where two coordinates are one: variance 16/3, and so is their covariance", () => {
    const rows = [2, 2, -2, -2, 2, 2, -2, -2];
    const received = exactly(vicRegLoss, { batch: 4, dim: 2, inputs: [rows, rows], labels: null });
    // For both views, the two places off the diagonal over two coordinates.
    expect(received.loss).toBeCloseTo(2 * (16 / 3) ** 2, 10);
  });

  it("treats both views alike, and does not depend on where they lie together", () => {
    fc.assert(
      fc.property(anyBatch("views"), fc.double({ min: -9, max: 9, noNaN: true }), (batch, by) => {
        const plain = exactly(vicRegLoss, batch);
        const { loss, gradients } = plain;
        const swapped = exactly(vicRegLoss, { ...batch, inputs: batch.inputs.toReversed() });
        expectSame(swapped, { loss, gradients: gradients.toReversed() }, 1e-10);
        const inputs = batch.inputs.map((values) => values.map((value, i) => value + by * (i % batch.dim)));
        expectSame(exactly(vicRegLoss, { ...batch, inputs }), plain, 1e-9);
        // So the gradients of both views together add up to nothing in each coordinate.
        const sums = Array.from({ length: batch.dim }, (_, k) =>
          gradients
            .flatMap((values) => Array.from(values))
            .reduce((sum, value, i) => (i % batch.dim === k ? sum + value : sum), 0),
        );
        expectClose(sums, new Array(batch.dim).fill(0), 1e-10);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it("has the paper's weights by default", () => {
    const batch = draw({ batch: 5, dim: 4, seed: 3, of: "views" });
    expectSame(exactly(vicRegLoss, batch), exactly(build(paper), batch), 0);
  });
});
