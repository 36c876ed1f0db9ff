import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "../../../test/golden/umap.json" with { type: "json" };
import { KindredError, Rng } from "../../base/index.ts";
import { trustworthiness } from "../trustworthiness.ts";
import { fitCurve } from "./curve.ts";
import { clippedBits, gradientTables } from "./gradientTable.ts";
import { Layout, type LayoutPlan, roundsOfPlan } from "./layout.ts";
import { type Edges, scheduleEdges } from "./layoutEdges.ts";
import { epochRate, layoutField } from "./layoutField.ts";
import {
  endRound,
  readPositions,
  roundLayout,
  roundsPerEpoch,
  runRoundTask,
  tasksPerRound,
} from "./layoutRounds.ts";
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

/** Every edge of a few points, each as often as its class says: in each, each second or each fourth epoch. */
function someEdges(points: number, rng: Rng): Edges {
  const pairs = Array.from({ length: points * 6 }, (_, at) => [Math.floor(at / 6), rng.int(points)] as const);
  return {
    heads: Uint32Array.from(pairs, ([head]) => head),
    tails: Uint32Array.from(pairs, ([, tail]) => tail),
    weights: Float32Array.from(pairs, (_, at) => 2 ** -(at % 3)),
  };
}

describe("the rounds of a layout", () => {
  it("hold each edge once, in the block of its head, under other names", () => {
    const edge = fc.record({
      head: fc.nat(99),
      tail: fc.nat(99),
      weight: fc.double({ min: 0.2, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 400 }), fc.nat(), (given, seed) => {
        const edges = given.toSorted((a, b) => a.head - b.head);
        const scheduled = scheduleEdges(
          {
            heads: Uint32Array.from(edges, ({ head }) => head),
            tails: Uint32Array.from(edges, ({ tail }) => tail),
            weights: Float32Array.from(edges, ({ weight }) => weight),
          },
          10,
        );
        // As many as whole blocks hold, so that they are equal.
        const positions = Float32Array.from({ length: 208 }, (_, at) => at);
        const layout = roundLayout(scheduled, positions, Rng.of(seed));
        const { order, heads, tails, pulls, blocks } = layout;
        const named = (head: number, tail: number, often: number): string =>
          `${head} ${tail} ${often.toFixed(5)}`;
        const found = Array.from(heads, (head, at) =>
          named(order[head / 2]!, order[tails[at]! / 2]!, pulls[at]!),
        );
        const expected = Array.from(scheduled.heads, (head, at) =>
          named(head, scheduled.tails[at]!, Math.fround(1 / scheduled.interval[at]!)),
        );
        expect(found.sort()).toEqual(expected.sort());
        expect([blocks[0], blocks.at(-1)]).toEqual([0, heads.length]);
        heads.forEach((head, at) => {
          const block = Math.floor((head / 2 / 104) * (blocks.length - 1));
          expect(at).toBeGreaterThanOrEqual(blocks[block]!);
          expect(at).toBeLessThan(blocks[block + 1]!);
        });
        const back = new Float32Array(208);
        readPositions(layout, back);
        expect(back).toEqual(positions);
      }),
    );
  });

  it("pull by the gradient, one edge on top of the other, as often as their weights say", () => {
    const curve = fitCurve(0.1);
    const { a, b } = curve;
    const field = layoutField(curve);
    const rng = Rng.of(4);
    const points = 3200;
    const positions = rng.fillUniform(new Float32Array(points * 2), 0, 10);
    const layout = roundLayout(scheduleEdges(someEdges(points, rng), 8), positions, rng);
    const expected = Float64Array.from(layout.positions);
    const { heads, tails, pulls, blocks } = layout;
    for (let epoch = 0; epoch < 8; epoch++) {
      // In each epoch another of the rounds, which are of equally many blocks.
      const perRound = (blocks.length - 1) / roundsPerEpoch;
      const first = blocks[(epoch % roundsPerEpoch) * perRound]!;
      const end = blocks[((epoch % roundsPerEpoch) + 1) * perRound]!;
      runRoundTask(layout, field, epoch * roundsPerEpoch + (epoch % roundsPerEpoch), 0, 0.1);
      for (let at = first; at < end; at++) {
        if (epoch === 0 || epoch % Math.round(1 / pulls[at]!) !== 0) continue;
        const [head, tail] = [heads[at]!, tails[at]!];
        const [dx, dy] = [expected[head]! - expected[tail]!, expected[head + 1]! - expected[tail + 1]!];
        const square = Math.max(dx * dx + dy * dy, 2 ** -32);
        const strength = (-2 * a * b * square ** (b - 1)) / (1 + a * square ** b);
        for (const [axis, d] of [dx, dy].entries()) {
          const move = 0.1 * Math.min(Math.max(strength * d, -4), 4);
          expected[head + axis]! += move;
          expected[tail + axis]! -= move;
        }
      }
    }
    const moved = layout.positions.map((value, at) => Math.abs(value - layout.before[at]!));
    expect(Math.max(...moved)).toBeGreaterThan(0.1);
    const off = layout.positions.map((value, at) => Math.abs(value - expected[at]!));
    expect(Math.max(...off)).toBeLessThan(1e-3);
  });

  it("push each point on average as all others would, 5 times for each pull", () => {
    const curve = fitCurve(0.1);
    const { a, b } = curve;
    const field = layoutField(curve);
    const rng = Rng.of(5);
    const points = 60;
    const epochs = 4000;
    const positions = rng.fillUniform(new Float32Array(points * 2), 0, 4);
    const layout = roundLayout(scheduleEdges(someEdges(points, rng), epochs), positions, rng);
    const sums = new Float64Array(points * 2);
    for (let epoch = 0; epoch <= epochs; epoch++) {
      for (let round = 0; round < roundsPerEpoch; round++) {
        for (let task = 1; task < tasksPerRound; task++) {
          runRoundTask(layout, field, epoch * roundsPerEpoch + round, task, 1);
        }
      }
      layout.pushes.forEach((push, at) => {
        sums[at]! += push;
      });
    }
    // Of six edges, two each: in all epochs, in half and in a quarter of them.
    const samples = 5 * 2 * (1 + 1 / 2 + 1 / 4) * epochs;
    for (let place = 0; place < points; place++) {
      for (const axis of [0, 1]) {
        const pushes = Array.from({ length: points }, (_, other) => {
          const d = [0, 1].map((i) => layout.before[place * 2 + i]! - layout.before[other * 2 + i]!);
          const square = Math.max(d[0]! ** 2 + d[1]! ** 2, 2 ** -32);
          const strength = (2 * b) / ((0.001 + square) * (1 + a * square ** b));
          return Math.min(Math.max(strength * d[axis]!, -4), 4);
        });
        const mean = pushes.reduce((sum, push) => sum + push, 0) / points;
        const deviation = Math.sqrt(pushes.reduce((sum, push) => sum + (push - mean) ** 2, 0) / points);
        const off = Math.abs(sums[place * 2 + axis]! / samples - mean);
        expect(off).toBeLessThan((6 * deviation) / Math.sqrt(samples));
      }
    }
  });

  it("push each point only in epochs that pull it, and each from others", () => {
    const field = layoutField(fitCurve(0.1));
    const rng = Rng.of(6);
    const points = 200;
    // The first point's edge is the heaviest: the others are due in each fourth epoch.
    const positions = new Float32Array(points * 2).fill(3);
    for (let i = 0; i < points; i++) positions[i] = rng.float();
    const edges = {
      heads: Uint32Array.from({ length: points }, (_, at) => at),
      tails: Uint32Array.from({ length: points }, (_, at) => (at + 1) % points),
      weights: Float32Array.from({ length: points }, (_, at) => (at === 0 ? 1 : 0.25)),
    };
    const layout = roundLayout(scheduleEdges(edges, 8), positions, rng);
    for (let epoch = 0; epoch <= 8; epoch++) {
      for (let round = 0; round < roundsPerEpoch; round++) {
        for (let task = 1; task < tasksPerRound; task++) {
          runRoundTask(layout, field, epoch * roundsPerEpoch + round, task, 1);
        }
      }
      const pushed = new Float32Array(points * 2);
      readPositions({ ...layout, positions: layout.pushes }, pushed);
      const moved = Array.from({ length: points }, (_, i) => pushed[i * 2] !== 0);
      expect(moved[0]).toBe(epoch > 0);
      const others = moved.filter((is, point) => is && point > 0).length;
      if (epoch === 0 || epoch % 4 !== 0) expect(others).toBe(0);
      else {
        // Points of the second half are all at the same place, and so not pushed by each other.
        expect(others).toBeGreaterThan(points * 0.8);
        expect(new Set(pushed.subarray(points)).size).toBeGreaterThan(points / 2);
      }
    }
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
      expect(rounds.before).toEqual(rounds.positions);
    }
    readPositions(rounds, plan.positions);
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
