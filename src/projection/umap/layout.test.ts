import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "../../../test/golden/umap.json" with { type: "json" };
import { KindredError, Rng } from "../../base/index.ts";
import { trustworthiness } from "../trustworthiness.ts";
import { fitCurve } from "./curve.ts";
import { clippedBits, gradientTables } from "./gradientTable.ts";
import { Layout, type LayoutPlan, roundsOfPlan } from "./layout.ts";
import { scheduleEdges } from "./layoutEdges.ts";
import { epochRate, layoutField } from "./layoutField.ts";
import { endRound, roundLayout, roundsPerEpoch, runRoundTask, tasksPerRound } from "./layoutRounds.ts";
import { umapPlan } from "./umap.ts";

const { k, dim, labels } = golden;
const count = labels.length;
const points = Float32Array.from(golden.points);
const { indices, distances } = golden.euclidean;
const neighbours = {
  count,
  k,
  indices: Uint32Array.from(indices),
  distances: Float32Array.from(distances),
};

function planOf(inRounds: boolean, nEpochs?: number): LayoutPlan {
  const options = { nNeighbors: k, seed: 3, nEpochs };
  return { ...umapPlan(neighbours, Float32Array.from(golden.pca), options), inRounds };
}

describe("the rounds of a layout", () => {
  it("hold each edge once, in tasks with all edges of their heads", () => {
    const edge = fc.record({
      head: fc.nat(99),
      tail: fc.nat(99),
      weight: fc.double({ min: 0.2, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 400 }), (given) => {
        const edges = given.toSorted((a, b) => a.head - b.head);
        const heads = Uint32Array.from(edges, ({ head }) => head);
        const tails = Uint32Array.from(edges, ({ tail }) => tail);
        const weights = Float32Array.from(edges, ({ weight }) => weight);
        const scheduled = scheduleEdges({ heads, tails, weights }, 10);
        const { bounds } = roundLayout(scheduled, new Float32Array(200), Rng.of(1));
        expect(bounds.length).toBe(roundsPerEpoch * (tasksPerRound - 1) + 1);
        expect([bounds[0], bounds.at(-1)]).toEqual([0, edges.length]);
        for (let i = 1; i < bounds.length; i++) {
          expect(bounds[i]).toBeGreaterThanOrEqual(bounds[i - 1]!);
          const at = bounds[i]!;
          if (at > 0 && at < edges.length) expect(heads[at]).not.toBe(heads[at - 1]);
        }
      }),
    );
  });

  it("move the points the same whichever task is run first", () => {
    const expected = new Layout(planOf(true, 40));
    expected.step(40);
    const plan = planOf(true, 40);
    const rounds = roundsOfPlan(plan);
    const field = layoutField(plan.curve);
    for (let round = 0; round < 40 * roundsPerEpoch; round++) {
      const rate = epochRate(1, Math.floor(round / roundsPerEpoch), 40);
      for (let task = tasksPerRound - 1; task >= 0; task--) runRoundTask(rounds, field, round, task, rate);
      endRound(rounds, round);
    }
    expect(plan.positions).toEqual(expected.positions);
    expect(plan.positions).not.toEqual(planOf(true, 40).positions);
  });

  it("give a map as trustworthy as umap-learn's", () => {
    const layout = new Layout(planOf(true));
    layout.step(layout.epochs);
    const found = trustworthiness(points, dim, layout.positions, { k: 10 });
    expect(found).toBeGreaterThanOrEqual(Math.max(...golden.map.trustworthiness) - 0.02);
  });

  it("are of whole epochs", () => {
    expect(() => roundsOfPlan({ ...planOf(true), epochs: 1.5 })).toThrow(KindredError);
  });
});

describe("two points", () => {
  const { a, b } = fitCurve(0.1);
  it.each([false, true])("move each other by their gradients alone, in rounds %s", (inRounds) => {
    const positions = Float32Array.of(0, 0, 3, 4);
    const edges = {
      heads: Uint32Array.of(0, 1),
      tails: Uint32Array.of(1, 0),
      weights: Float32Array.of(1, 1),
    };
    const rate = 1e-3;
    const layout = new Layout({
      positions,
      edges,
      curve: { a, b },
      epochs: 20,
      learningRate: rate,
      inRounds,
      rng: Rng.of(1),
    });
    layout.step(2);
    const [ax, ay, bx, by] = positions;
    const distance = Math.hypot(bx! - ax!, by! - ay!);
    // In two epochs both edges are due once: each pulls both ends, and pushes its head 5 times from either point.
    const pulled = (4 * rate * (2 * a * b * 5 ** (2 * b - 1))) / (1 + a * 5 ** (2 * b));
    const pushed = (10 * rate * (2 * b * 5)) / ((0.001 + 25) * (1 + a * 5 ** (2 * b)));
    expect(distance).toBeGreaterThan(5 - pulled - 1e-5);
    expect(distance).toBeLessThan(5 - pulled + pushed + 1e-5);
    // On the line between them, and not past each other.
    expect(Math.atan2(by! - ay!, bx! - ax!)).toBeCloseTo(Math.atan2(4, 3), 5);
  });
});

it("is clipped wherever a gradient could come to more than 4", () => {
  for (const [minDist, spread] of [
    [0.1, 1],
    [0, 1],
    [0.5, 4],
    [0, 0.05],
  ] as const) {
    const { a, b } = fitCurve(minDist, spread);
    const tables = gradientTables({ a, b });
    const [pullEnd, pushEnd] = [tables.pull, tables.push].map((table) => {
      const end = Int32Array.of(clippedBits(table, 4));
      return new Float32Array(end.buffer)[0]!;
    }) as [number, number];
    for (let exponent = -30; exponent < 20; exponent += 0.01) {
      const square = 2 ** exponent;
      const member = 1 + a * square ** b;
      const pull = ((2 * a * b * square ** (b - 1)) / member) * Math.sqrt(square);
      const push = ((2 * b) / ((0.001 + square) * member)) * Math.sqrt(square);
      if (square >= pullEnd) expect(pull).toBeLessThanOrEqual(4.001);
      if (square >= pushEnd) expect(push).toBeLessThanOrEqual(4.001);
    }
  }
});
