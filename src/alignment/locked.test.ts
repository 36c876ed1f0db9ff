import { describe, expect, it } from "vitest";
import { embeddingColumn } from "./locked.ts";

const vectors = [
  [
    [1, 2],
    [3, 4],
    [5, 6],
  ],
  [],
  [[7, 8]],
].map((row) => row.map((one) => Float32Array.from(one)));
const column = embeddingColumn({ name: "captions", modality: "text" }, vectors, 2, "of these");
const values = (ports: Awaited<ReturnType<typeof column.gather>>): number[] =>
  [...ports.embedding!.data].map(Number);

describe("embeddings that were made before", () => {
  it("are gathered by the first of each row, and say which rows lack one", async () => {
    expect([column.count, column.fingerprint(), column.ports]).toEqual([
      3,
      "of these",
      [{ name: "embedding", dtype: "float32", shape: [2] }],
    ]);
    expect([0, 1, 2, 3].map((row) => column.has(row))).toEqual([true, false, true, false]);
    expect(values(await column.gather(Uint32Array.of(2, 0)))).toEqual([7, 8, 1, 2]);
    expect(() => column.gather(Uint32Array.of(0, 1))).toThrow("captions has no text in row 1, expected one");
  });

  it("are drawn among those of a row, as seed, epoch and batch say", async () => {
    const rows = Uint32Array.of(0, 2);
    const drawn = async (seed: number, epoch: number, batch: number): Promise<number[]> =>
      values(await column.vary!(column, seed).gather(rows, epoch, batch));
    expect(await drawn(1, 2, 3)).toEqual(await drawn(1, 2, 3));
    const firsts = new Set<number>();
    for (let batch = 0; batch < 30; batch++) {
      const [x, y, ...second] = await drawn(1, 0, batch);
      expect(y).toBe(x! + 1);
      expect(second).toEqual([7, 8]);
      firsts.add(x!);
    }
    expect(firsts).toEqual(new Set([1, 3, 5]));
  });

  it("are not varied where each row has one at most", () => {
    expect(embeddingColumn(column, [[], vectors[2]!], 2, "others").vary).toBeUndefined();
  });
});
