import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AbortedError, InputError, Rng } from "../base/index.ts";
import { nodeRuntime } from "../platform/node/ort/devices.ts";
import { type Runtime, referenceRuntime } from "../runtime/index.ts";
import { bruteForce } from "./bruteForce.fixture.ts";
import { neighboursByCells } from "./byCells.ts";

let node: Runtime;
beforeAll(async () => {
  node = await nodeRuntime({ device: "cpu", threads: 1 });
});
afterAll(() => node.dispose());

/** Points about centres `apart` times as far from each other as from their own. */
function clustered(rng: Rng, count: number, dim: number, clusters: number, apart: number): Float32Array {
  const centres = Float64Array.from({ length: clusters * dim }, () => apart * rng.normal());
  return Float32Array.from(
    { length: count * dim },
    (_, at) => centres[(Math.floor(at / dim) % clusters) * dim + (at % dim)]! + rng.normal(),
  );
}

describe("the neighbours found by cells", () => {
  it("are those of a float64 loop, for any sizes, clusters and cells", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 2, max: 150 }),
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 30 }),
        fc.constantFrom("cosine" as const, "euclidean" as const),
        fc.boolean(),
        fc.nat(),
        async (queryCount, count, dim, wanted, most, apart, metric, leaveOut, seed) => {
          const rng = Rng.of(seed);
          const references = clustered(rng, count, dim, 4, apart);
          const queries = leaveOut ? references : clustered(rng, queryCount, dim, 3, apart);
          const k = Math.min(wanted, leaveOut ? count - 1 : count);
          const found = await neighboursByCells(referenceRuntime(), queries, references, dim, k, {
            metric,
            cells: Math.min(most, count),
            ...(leaveOut ? { selfIndex: (i: number) => i } : {}),
          });
          const expected = bruteForce(queries, references, dim, k, metric, leaveOut);
          for (let i = 0; i < expected.distances.length; i++) {
            expect(Math.abs(found!.distances[i]! - expected.distances[i]!)).toBeLessThan(1e-6 * (1 + apart));
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it("rank by index where distances are equal, and where points coincide", async () => {
    const options = { metric: "euclidean" as const, cells: 12, selfIndex: (i: number) => i };
    const rng = Rng.of(8);
    const points = Float32Array.from({ length: 900 * 2 }, () => rng.int(7) - 3);
    const found = await neighboursByCells(node, points, points, 2, 5, options);
    // Of 49 places each holds more points than a query's groups, so of equals only the distances are certain.
    expect(found!.distances).toEqual(bruteForce(points, points, 2, 5, "euclidean", true).distances);
    const same = new Float32Array(500).fill(3);
    const { indices } = (await neighboursByCells(node, same, same, 2, 4, options))!;
    expect([...indices.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
  });

  it.each(["cosine", "euclidean"] as const)(
    "are exact among many in clusters, by a part of the work, %s",
    async (metric) => {
      const rng = Rng.of(5);
      const [count, dim, k] = [2500, 5, 15];
      const points = clustered(rng, count, dim, 30, 20);
      const options = { metric, cells: 40, selfIndex: (i: number) => i };
      const done: number[] = [];
      const found = await neighboursByCells(node, points, points, dim, k, {
        ...options,
        onProgress: (rows) => done.push(rows),
      });
      const expected = bruteForce(points, points, dim, k, metric, true);
      expect(found!.indices).toEqual(expected.indices);
      expect(found!.distances).toEqual(expected.distances);
      expect(found!.scored).toBeLessThan(0.3);
      expect(done.at(-1)).toBe(count);
      expect(await neighboursByCells(node, points, points, dim, k, options)).toEqual(found);
    },
  );

  it("are exact for queries far from all references", async () => {
    const rng = Rng.of(6);
    const references = clustered(rng, 2000, 4, 10, 8);
    const queries = clustered(rng, 300, 4, 10, 40);
    const found = await neighboursByCells(node, queries, references, 4, 7, {
      metric: "euclidean",
      cells: 40,
    });
    expect(found!.indices).toEqual(bruteForce(queries, references, 4, 7, "euclidean", false).indices);
  });
});

describe("where cells do not help", () => {
  it("nothing is searched", async () => {
    const few = clustered(Rng.of(1), 500, 3, 5, 9);
    expect(await neighboursByCells(node, few, few, 3, 5, { metric: "euclidean" })).toBeUndefined();
    // In 32 dimensions without clusters every cell may hold a neighbour.
    const noise = clustered(Rng.of(2), 15_000, 32, 1, 0);
    const done: number[] = [];
    const run = neighboursByCells(node, noise, noise, 32, 15, {
      metric: "euclidean",
      onProgress: (rows) => done.push(rows),
    });
    expect(await run).toBeUndefined();
    expect(done).toEqual([]);
  });

  it("a number of them that cannot be is refused", async () => {
    const points = clustered(Rng.of(1), 50, 3, 5, 9);
    for (const cells of [-1, 1.5, 51]) {
      const run = neighboursByCells(node, points, points, 3, 5, { metric: "euclidean", cells });
      await expect(run).rejects.toThrow(InputError);
      await expect(run).rejects.toThrow(`cells is ${cells}, expected an integer from 1 to the 50 references`);
    }
  });
});

it("stops at once when aborted", async () => {
  const points = clustered(Rng.of(2), 6000, 5, 30, 20);
  const stop = new AbortController();
  const run = neighboursByCells(node, points, points, 5, 5, {
    metric: "euclidean",
    cells: 60,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  await expect(run).rejects.toThrow(AbortedError);
});
