import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import golden from "../../test/golden/cosinePair.json" with { type: "json" };
import { grad } from "../autodiff/index.ts";
import { Rng, tensorData } from "../base/index.ts";
import { buildGraph, type Graph, input } from "../graph/index.ts";
import { nodeRuntime } from "../platform/node/ort/devices.ts";
import { evaluateGraph, type Numbers, type Runtime, referenceRuntime } from "../runtime/index.ts";
import { cosinePairLoss, cosineSimilarity, l2Normalize } from "./cosinePair.ts";

interface Pairs {
  readonly batch: number;
  readonly dim: number;
  readonly anchor: readonly number[];
  readonly contrastive: readonly number[];
  readonly target: readonly number[];
}

interface Result {
  readonly loss: number;
  readonly anchor: ArrayLike<number>;
  readonly contrastive: ArrayLike<number>;
}

function lossGraph(batch: number, dim: number): Graph {
  const anchor = input("anchor", [batch, dim]);
  const contrastive = input("contrastive", [batch, dim]);
  const loss = cosinePairLoss(anchor, contrastive, input("target", [batch]));
  const [byAnchor, byContrastive] = grad(loss, [anchor, contrastive]);
  return buildGraph({
    name: "pair loss",
    outputs: { loss, byAnchor: byAnchor!, byContrastive: byContrastive! },
  });
}

/** Loss and gradients in float64. */
function exactly({ batch, dim, anchor, contrastive, target }: Pairs): Result {
  const feeds = new Map<string, Numbers>([
    ["anchor", { dtype: "float32", shape: [batch, dim], data: [...anchor] }],
    ["contrastive", { dtype: "float32", shape: [batch, dim], data: [...contrastive] }],
    ["target", { dtype: "float32", shape: [batch], data: [...target] }],
  ]);
  const { outputs } = evaluateGraph(lossGraph(batch, dim), feeds);
  const of = (name: string): Float64Array => outputs.get(name)!.data;
  return { loss: of("loss")[0]!, anchor: of("byAnchor"), contrastive: of("byContrastive") };
}

/** The formula as written, one product at a time. */
function byLoops({ batch, dim, anchor, contrastive, target }: Pairs): number {
  let total = 0;
  for (let i = 0; i < batch; i++) {
    let [dot, a2, c2] = [0, 0, 0];
    for (let k = 0; k < dim; k++) {
      const [a, c] = [anchor[i * dim + k]!, contrastive[i * dim + k]!];
      dot += a * c;
      a2 += a * a;
      c2 += c * c;
    }
    total += (dot / (Math.sqrt(a2) * Math.sqrt(c2)) - target[i]!) ** 2;
  }
  return total / batch;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!), `[${i}] ${actual[i]} for ${expected[i]}`).toBeLessThan(
      tolerance,
    );
  }
}

/** Pairs of standard normal rows. */
function draw(batch: number, dim: number, seed: number): Pairs {
  const rng = Rng.of(seed, "cosine pairs");
  const rows = (): number[] => Array.from({ length: batch * dim }, () => rng.normal());
  return {
    batch,
    dim,
    anchor: rows(),
    contrastive: rows(),
    target: Array.from({ length: batch }, () => rng.int(2)),
  };
}

const anyPairs = fc
  .record({ batch: fc.integer({ min: 1, max: 7 }), dim: fc.integer({ min: 2, max: 9 }), seed: fc.nat(1e6) })
  .map(({ batch, dim, seed }) => draw(batch, dim, seed));

/** The rows of a `[batch, dim]` list in another order. */
function reorder(values: ArrayLike<number>, order: ArrayLike<number>, dim: number): number[] {
  return Array.from(order).flatMap((row) => Array.from(values).slice(row * dim, (row + 1) * dim));
}

describe("cosinePairLoss", () => {
  it("is the mean squared error of the cosines, as loops compute it", () => {
    fc.assert(
      fc.property(anyPairs, (pairs) => {
        expect(exactly(pairs).loss).toBeCloseTo(byLoops(pairs), 12);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it("has its closed form for pairs at known angles", () => {
    const angles = [0, Math.PI / 6, Math.PI / 3, Math.PI / 2, Math.PI];
    for (const target of [0, 1]) {
      const pairs: Pairs = {
        batch: angles.length,
        dim: 2,
        anchor: angles.flatMap(() => [3, 0]),
        contrastive: angles.flatMap((angle) => [0.5 * Math.cos(angle), 0.5 * Math.sin(angle)]),
        target: angles.map(() => target),
      };
      const { loss, anchor } = exactly(pairs);
      expect(loss).toBeCloseTo(angles.reduce((sum, a) => sum + (Math.cos(a) - target) ** 2, 0) / 5, 12);
      // d cos / d anchor = (c/|c| - cos a/|a|)/|a|, here [0, sin(angle)/3].
      const slopes = angles.flatMap((a) => [0, (2 / 5) * (Math.cos(a) - target) * (Math.sin(a) / 3)]);
      expectClose(anchor, slopes, 1e-8);
    }
  });

  it("does not depend on the order of pairs; gradients move along", () => {
    fc.assert(
      fc.property(anyPairs, fc.nat(1000), (pairs, seed) => {
        const { dim } = pairs;
        const order = Rng.of(seed).permutation(pairs.batch);
        const [plain, moved] = [
          exactly(pairs),
          exactly({
            ...pairs,
            anchor: reorder(pairs.anchor, order, dim),
            contrastive: reorder(pairs.contrastive, order, dim),
            target: reorder(pairs.target, order, 1),
          }),
        ];
        expect(moved.loss).toBeCloseTo(plain.loss, 12);
        expectClose(moved.anchor, reorder(plain.anchor, order, dim), 1e-12);
      }),
      { seed: 2, numRuns: 30 },
    );
  });

  it("treats both views alike: swapped, the gradients swap", () => {
    fc.assert(
      fc.property(anyPairs, (pairs) => {
        const [plain, swapped] = [
          exactly(pairs),
          exactly({ ...pairs, anchor: pairs.contrastive, contrastive: pairs.anchor }),
        ];
        expect(swapped.loss).toBeCloseTo(plain.loss, 12);
        expectClose(swapped.anchor, plain.contrastive, 1e-12);
        expectClose(swapped.contrastive, plain.anchor, 1e-12);
      }),
      { seed: 3, numRuns: 30 },
    );
  });

  it("does not depend on a row's length, so its gradient is orthogonal to the row", () => {
    fc.assert(
      fc.property(anyPairs, fc.double({ min: 0.01, max: 100, noNaN: true }), (pairs, scale) => {
        const { batch, dim } = pairs;
        const plain = exactly(pairs);
        expect(exactly({ ...pairs, anchor: pairs.anchor.map((x) => x * scale) }).loss).toBeCloseTo(
          plain.loss,
          12,
        );
        for (const view of ["anchor", "contrastive"] as const) {
          for (let row = 0; row < batch; row++) {
            let along = 0;
            for (let k = row * dim; k < (row + 1) * dim; k++) along += pairs[view][k]! * plain[view][k]!;
            expect(Math.abs(along)).toBeLessThan(1e-12);
          }
        }
      }),
      { seed: 4, numRuns: 30 },
    );
  });

  it.each(golden.cases)("is PyTorch's for $batch pairs of length $dim, with its gradients", (pairs) => {
    const { loss, anchor, contrastive } = exactly(pairs);
    expect(loss).toBeCloseTo(pairs.loss, 12);
    // The factor 1/batch is a float32 constant of the graph.
    expectClose(anchor, pairs.anchorGradient, 1e-7);
    expectClose(contrastive, pairs.contrastiveGradient, 1e-7);
  });
});

describe("runtimes", () => {
  const cpu = nodeRuntime({ device: "cpu" });
  afterAll(async () => (await cpu).dispose());

  it("agree on the loss and its gradients", async () => {
    const pairs = draw(16, 64, 5);
    const feeds = {
      anchor: tensorData("float32", [16, 64], pairs.anchor),
      contrastive: tensorData("float32", [16, 64], pairs.contrastive),
      target: tensorData("float32", [16], pairs.target),
    };
    const run = async (runtime: Runtime) => (await runtime.compile(lossGraph(16, 64))).run(feeds);
    const [expected, received] = [await run(referenceRuntime()), await run(await cpu)];
    for (const name of ["loss", "byAnchor", "byContrastive"]) {
      expectClose(received[name]!.data as Float32Array, expected[name]!.data as Float32Array, 1e-7);
    }
  });

  it("give a row of zeros the similarity 0, not NaN", async () => {
    const [a, b] = [input("a", [2, 2]), input("b", [2, 2])];
    const outputs = { cosine: cosineSimilarity(a, b), unit: l2Normalize(a) };
    for (const runtime of [referenceRuntime(), await cpu]) {
      const program = await runtime.compile(buildGraph({ name: "cosine", outputs }));
      const { cosine, unit } = await program.run({
        a: tensorData("float32", [2, 2], [0, 0, 3, 4]),
        b: tensorData("float32", [2, 2], [1, 1, 6, 8]),
      });
      expectClose(cosine!.data as Float32Array, [0, 1], 1e-6);
      expectClose(unit!.data as Float32Array, [0, 0, 0.6, 0.8], 1e-6);
    }
  });
});
