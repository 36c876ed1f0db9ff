import { describe, expect, it } from "vitest";
import { AbortedError, InputError, Rng } from "../../base/index.ts";
import { dot, unitRows } from "../../base/unitRows.ts";
import { leaveOneOutAccuracy } from "../../neighbours/leaveOneOut.ts";
import { nearestOf } from "../../neighbours/nearest.ts";
import { umapLayout } from "../../projection/index.ts";
import { referenceRuntime } from "../../runtime/index.ts";
import type { SpaceMessage } from "../backend.ts";
import type { Message } from "../message.ts";
import { buildSpace, neighboursBy, type SpaceJob, type SpaceTools } from "./space.ts";

const [count, dim] = [60, 5];
const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
const rng = Rng.of(1, "space");
const embeddings = Float32Array.from({ length: count * dim }, (_, i) => {
  return (i % dim === labels[Math.floor(i / dim)] ? 2 : 0) + rng.normal();
});
const former = embeddings.map((value, i) => (Math.floor(i / dim) === 7 ? -3 * value : 2 * value));

const job: SpaceJob = { checkpoint: 2, embeddings, labels, dim, former: null, reference: null };
const tools: SpaceTools = {
  neighbours: neighboursBy(referenceRuntime()),
  layout: async ({ start }) => start.map((value) => 10 * value + 4),
};

async function built(
  changes: Partial<SpaceJob> = {},
  with_: Partial<SpaceTools> = {},
): Promise<{ messages: SpaceMessage[]; arraysOf: (type: string) => Message["arrays"] }> {
  const messages: SpaceMessage[] = [];
  await buildSpace({ ...job, ...changes }, { ...tools, ...with_ }, (message) => void messages.push(message));
  const arraysOf = (type: string): Message["arrays"] => {
    const found = messages.filter(({ head }) => head.type === type);
    expect(found).toHaveLength(1);
    return found[0]!.arrays;
  };
  return { messages, arraysOf };
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.sqrt(Array.from(a).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0));

describe("buildSpace", () => {
  it("tells of points, neighbours, the map and the end, in this order", async () => {
    const { messages, arraysOf } = await built();
    const told = messages.filter(({ head }) => head.type !== "progress").map(({ head }) => head);
    const units = unitRows(embeddings, dim);
    expect(told).toEqual([
      { type: "points", checkpoint: 2, count, dim, explained: expect.any(Array) },
      { type: "neighbours", checkpoint: 2, k: 12, knn1: await leaveOneOutAccuracy(units, labels, dim) },
      { type: "umap", checkpoint: 2 },
      { type: "end" },
    ]);
    for (const { head } of messages) {
      if (head.type !== "progress") continue;
      expect(["nearest neighbours", "laying out the map"]).toContain(head.doing);
      expect(head.part).toBeGreaterThan(0);
      expect(head.part).toBeLessThanOrEqual(1);
    }
    expect(arraysOf("points").labels).toBe(labels);
    expect([...arraysOf("points").drift!]).toEqual(Array(count).fill(0));
    expect(arraysOf("umap").umap).toHaveLength(count * 2);
  });

  it("gives positions that follow from mean and components, and the nearest others of each", async () => {
    const { arraysOf } = await built();
    const units = unitRows(embeddings, dim);
    const { pca, mean, components } = arraysOf("points") as Record<string, Float32Array>;
    const { rows, similarity } = arraysOf("neighbours");
    for (let row = 0; row < count; row++) {
      const unit = units.slice(row * dim, (row + 1) * dim);
      const offset = unit.map((value, i) => value - mean![i]!);
      for (let axis = 0; axis < 3; axis++) {
        expect(dot(offset, 0, components!, axis * dim, dim)).toBeCloseTo(pca![row * 3 + axis]!, 5);
      }
      const nearest = nearestOf(unit, units, 13);
      expect([...rows!.slice(row * 12, row * 12 + 12)]).toEqual([...nearest.rows.slice(1)]);
      for (let rank = 0; rank < 12; rank++) {
        expect(similarity![row * 12 + rank]).toBeCloseTo(nearest.similarity[rank + 1]!, 5);
      }
    }
  });

  it("tells how far pictures have drifted since the checkpoint before, whatever their length", async () => {
    const { drift } = (await built({ former })).arraysOf("points");
    for (const [row, value] of drift!.entries()) expect(value).toBeCloseTo(row === 7 ? 2 : 0, 5);
  });

  it("turns both maps to a reference of the same pictures, and leaves others aside", async () => {
    const plain = await built();
    const pca = (plain.arraysOf("points").pca as Float32Array).map((value, i) =>
      i % 3 === 1 ? -value : value,
    );
    const umap = (plain.arraysOf("umap").umap as Float32Array).map((_, i, all) => all[i ^ 1]! - 30);
    const turned = await built({ reference: { pca, umap } });
    expect(distance(turned.arraysOf("points").pca!, pca)).toBeLessThan(1e-4);
    expect(distance(turned.arraysOf("umap").umap!, umap)).toBeLessThan(1e-3);
    const others = { pca: new Float32Array(9), umap: new Float32Array(6) };
    expect((await built({ reference: others })).arraysOf("points").pca).toEqual(plain.arraysOf("points").pca);
  });

  it("gives the layout what UMAP takes, of few pictures too", async () => {
    for (const few of [2, 4, count]) {
      const cut = { embeddings: embeddings.subarray(0, few * dim), labels: labels.subarray(0, few) };
      const { arraysOf, messages } = await built(cut, {
        layout: async ({ neighbours, start }) => {
          expect(neighbours.k).toBe(Math.min(15, few));
          const layout = umapLayout(neighbours, start, {
            nNeighbors: neighbours.k,
            nEpochs: 5,
            metric: "cosine",
          });
          while (!layout.done) layout.step();
          return layout.positions;
        },
      });
      expect(arraysOf("umap").umap!.every((value) => Number.isFinite(value))).toBe(true);
      expect(messages.find(({ head }) => head.type === "neighbours")!.head).toMatchObject({
        k: Math.min(12, few - 1),
      });
    }
  });

  it("stops when told to, and refuses what makes no space", async () => {
    await expect(built({}, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
    await expect(built({ embeddings: embeddings.subarray(1) })).rejects.toThrow(
      "the embeddings hold 299 numbers, expected 60 pictures x 5 = 300",
    );
    await expect(built({ former: embeddings.subarray(5) })).rejects.toThrow(
      /^the former embeddings hold 295/,
    );
    await expect(
      built({ embeddings: embeddings.subarray(0, 5), labels: labels.subarray(0, 1) }),
    ).rejects.toThrow(InputError);
    const damaged = embeddings.slice();
    damaged[12] = Number.NaN;
    await expect(built({ embeddings: damaged })).rejects.toThrow(/row 2 of the embeddings holds NaN/);
  });
});
