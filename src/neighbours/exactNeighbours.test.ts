import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AbortedError, InputError, Rng } from "../base/index.ts";
import { nodeRuntime } from "../platform/node/ort/devices.ts";
import { type Runtime, referenceRuntime } from "../runtime/index.ts";
import { bruteForce } from "./bruteForce.fixture.ts";
import { runtimeNeighbours } from "./exactNeighbours.ts";

let node: Runtime;
beforeAll(async () => {
  node = await nodeRuntime({ device: "cpu" });
});
afterAll(() => node.dispose());

function normal(rng: Rng, count: number, dim: number): Float32Array {
  return Float32Array.from({ length: count * dim }, () => rng.normal());
}

/** Whole numbers, so that distances are often equal and both sides compute them without rounding. */
function small(rng: Rng, count: number, dim: number): Float32Array {
  return Float32Array.from({ length: count * dim }, () => rng.int(5) - 2);
}

describe("the neighbours", () => {
  it("are those of a float64 loop, for any sizes, on the reference runtime", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 2, max: 90 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom("cosine" as const, "euclidean" as const),
        fc.boolean(),
        fc.nat(),
        async (queryCount, count, dim, wanted, metric, leaveOut, seed) => {
          const rng = Rng.of(seed);
          const references = normal(rng, count, dim);
          const queries = leaveOut ? references : normal(rng, queryCount, dim);
          const k = Math.min(wanted, leaveOut ? count - 1 : count);
          const options = leaveOut ? { metric, selfIndex: (i: number) => i } : { metric };
          const found = await runtimeNeighbours(referenceRuntime(), queries, references, dim, k, options);
          const expected = bruteForce(queries, references, dim, k, metric, leaveOut);
          for (let i = 0; i < expected.distances.length; i++) {
            expect(Math.abs(found.distances[i]! - expected.distances[i]!)).toBeLessThan(1e-6);
          }
          // In one dimension all cosines are 1 or -1, and their last bits decide.
          if (dim > 1 || metric === "euclidean") expect(found.indices).toEqual(expected.indices);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("rank by index where distances are equal", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: 120 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        async (count, dim, k, seed) => {
          const points = small(Rng.of(seed), count, dim);
          const found = await runtimeNeighbours(referenceRuntime(), points, points, dim, k, {
            metric: "euclidean",
            selfIndex: (i) => i,
          });
          const expected = bruteForce(points, points, dim, k, "euclidean", true);
          expect(found.distances).toEqual(expected.distances);
        },
      ),
      { numRuns: 40 },
    );
    const same = new Float32Array(500).fill(3);
    for (const metric of ["cosine", "euclidean"] as const) {
      const { indices } = await runtimeNeighbours(node, same, same, 2, 4, { metric, selfIndex: (i) => i });
      expect([...indices.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
      expect([...indices.subarray(4 * 249)]).toEqual([0, 1, 2, 3]);
    }
  });

  it.each(["cosine", "euclidean"] as const)("are exact among thousands, %s", async (metric) => {
    const rng = Rng.of(4);
    const [count, dim, k] = [3001, 17, 15];
    // Far from the origin, where float32 scores of uncentred points would rank them wrongly.
    const points = normal(rng, count, dim).map((value) => value + (metric === "euclidean" ? 300 : 0));
    const done: number[] = [];
    const found = await runtimeNeighbours(node, points, points, dim, k, {
      metric,
      selfIndex: (i) => i,
      onProgress: (rows) => done.push(rows),
    });
    expect(found.indices).toEqual(bruteForce(points, points, dim, k, metric, true).indices);
    expect(done.at(-1)).toBe(count);
    const queries = normal(rng, 300, dim);
    const others = await runtimeNeighbours(node, queries, points, dim, k, { metric });
    expect(others.indices).toEqual(bruteForce(queries, points, dim, k, metric, false).indices);
  });
});

describe("bad input", () => {
  const points = normal(Rng.of(1), 30, 3);
  const holed = points.with(17 * 3 + 2, Number.NaN);
  const zeroed = points.slice().fill(0, 12, 15);

  it.each([
    [holed, 3, /^row 17 of the embeddings holds NaN at column 2, expected finite numbers/],
    [zeroed, 3, /^row 4 of the embeddings is all zeros, expected a direction/],
    [points, 30, /^k is 30, expected an integer from 1 to the 29 references/],
    [points, 0, /^k is 0, expected an integer from 1/],
  ])("is refused, case %#", async (vectors, k, message) => {
    const run = runtimeNeighbours(referenceRuntime(), vectors, vectors, 3, k, {
      metric: "cosine",
      selfIndex: (i) => i,
    });
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow(message);
  });

  it("leaves rows of zeros to the euclidean metric", async () => {
    const { indices } = await runtimeNeighbours(referenceRuntime(), zeroed, zeroed, 3, 5, {
      metric: "euclidean",
    });
    expect(indices).toEqual(bruteForce(zeroed, zeroed, 3, 5, "euclidean", false).indices);
  });
});

it("stops at once when aborted", async () => {
  const points = normal(Rng.of(2), 4000, 8);
  const stop = new AbortController();
  const run = runtimeNeighbours(node, points, points, 8, 5, {
    metric: "euclidean",
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  await expect(run).rejects.toThrow(AbortedError);
});
