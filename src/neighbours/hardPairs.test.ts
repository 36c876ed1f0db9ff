import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AbortedError, Rng } from "../base/index.ts";
import { dot, unitRows } from "../base/unitRows.ts";
import { referenceRuntime } from "../runtime/index.ts";
import { hardPairsMessage } from "../workspace/runMessages.ts";
import { hardPairs, type RankedPairs } from "./hardPairs.ts";

/** All pairs sorted, and taken one after another. */
function byComparingAll(
  embeddings: Float32Array,
  labels: Int32Array,
  dim: number,
  alike: boolean,
  count: number,
): { pair: string; similarity: number }[] {
  const units = unitRows(embeddings, dim);
  const pairs: { a: number; b: number; similarity: number }[] = [];
  for (let a = 0; a < labels.length; a++) {
    for (let b = a + 1; b < labels.length; b++) {
      if ((labels[a] === labels[b]) !== alike) continue;
      pairs.push({ a, b, similarity: dot(units, a * dim, units, b * dim, dim) });
    }
  }
  pairs.sort((x, y) => (alike ? x.similarity - y.similarity : y.similarity - x.similarity));
  const used = new Set<number>();
  const taken: { pair: string; similarity: number }[] = [];
  for (const { a, b, similarity } of pairs) {
    if (taken.length === count || used.has(a) || used.has(b)) continue;
    used.add(a).add(b);
    taken.push({ pair: `${a} ${b}`, similarity });
  }
  return taken;
}

function listed({ rows, similarity }: RankedPairs): { pair: string; similarity: number }[] {
  return Array.from(similarity, (value, i) => ({
    pair: [rows[2 * i]!, rows[2 * i + 1]!].sort((a, b) => a - b).join(" "),
    similarity: value,
  }));
}

function expectSame(
  actual: readonly { pair: string; similarity: number }[],
  expected: readonly { pair: string; similarity: number }[],
): void {
  expect(actual.map(({ pair }) => pair)).toEqual(expected.map(({ pair }) => pair));
  for (const [i, { similarity }] of expected.entries())
    expect(actual[i]!.similarity).toBeCloseTo(similarity, 5);
}

/** Rows around a centre for each class; where a class has outliers, all are least like those. */
function clusters(
  seed: number,
  count: number,
  dim: number,
  classes: number,
  spread: number,
): { embeddings: Float32Array; labels: Int32Array } {
  const rng = Rng.of(seed, "hard pairs");
  const centres = Float32Array.from({ length: classes * dim }, () => rng.normal());
  const labels = Int32Array.from({ length: count }, () => 3 * rng.int(classes));
  const embeddings = new Float32Array(count * dim);
  for (let row = 0; row < count; row++) {
    const outlier = rng.float() < 0.1;
    const centre = outlier ? rng.int(classes) : labels[row]! / 3;
    for (let i = 0; i < dim; i++)
      embeddings[row * dim + i] = centres[centre * dim + i]! + spread * rng.normal();
  }
  return { embeddings, labels };
}

describe("hardPairs", () => {
  it("are those of a comparison of all pairs", async () => {
    const sets = fc.record({
      seed: fc.nat(),
      count: fc.integer({ min: 2, max: 260 }),
      dim: fc.integer({ min: 3, max: 8 }),
      classes: fc.integer({ min: 1, max: 6 }),
      spread: fc.constantFrom(0.05, 0.5, 2),
      most: fc.integer({ min: 1, max: 40 }),
    });
    const runtime = referenceRuntime();
    await fc.assert(
      fc.asyncProperty(sets, async ({ seed, count, dim, classes, spread, most }) => {
        const { embeddings, labels } = clusters(seed, count, dim, classes, spread);
        const { positives, negatives } = await hardPairs(runtime, embeddings, labels, dim, { count: most });
        expectSame(listed(positives), byComparingAll(embeddings, labels, dim, true, most));
        expectSame(listed(negatives), byComparingAll(embeddings, labels, dim, false, most));
      }),
      { numRuns: 40 },
    );
    await runtime.dispose();
  });

  it("looks again where all listed partners are used up", async () => {
    // 600 pictures in a heap, and 40 far from it and each other: each in a group of 16 of its own.
    const [count, dim] = [640, 6];
    const rng = Rng.of(3, "outliers");
    const embeddings = Float32Array.from({ length: count * dim }, (_, i) => {
      const row = Math.floor(i / dim);
      return row % 16 === 0 ? -1 + 0.6 * rng.normal() : 1 + 0.1 * rng.normal();
    });
    const labels = new Int32Array(count);
    const runtime = referenceRuntime();
    const { positives, negatives } = await hardPairs(runtime, embeddings, labels, dim, { count: 60 });
    expectSame(listed(positives), byComparingAll(embeddings, labels, dim, true, 60));
    expect(negatives.similarity).toHaveLength(0);
    await runtime.dispose();
  });

  it("stops when told to", async () => {
    const { embeddings, labels } = clusters(1, 40, 4, 2, 1);
    const signal = AbortSignal.abort();
    await expect(hardPairs(referenceRuntime(), embeddings, labels, 4, { signal })).rejects.toThrow(
      AbortedError,
    );
  });

  it("makes a message of as many pairs of both kinds as there are", () => {
    const pairs = (count: number): RankedPairs => ({
      rows: Uint32Array.from({ length: 2 * count }, (_, i) => i),
      similarity: new Float32Array(count),
    });
    const { head, arrays } = hardPairsMessage(4, { positives: pairs(3), negatives: pairs(2) });
    expect(head).toEqual({ type: "hardPairs", checkpoint: 4, count: 2 });
    expect(Object.entries(arrays).map(([name, { length }]) => [name, length])).toEqual([
      ["positives", 4],
      ["positiveSimilarity", 2],
      ["negatives", 4],
      ["negativeSimilarity", 2],
    ]);
  });
});
