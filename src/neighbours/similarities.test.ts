import { describe, expect, it } from "vitest";
import { Rng } from "../base/index.ts";
import { referenceRuntime } from "../runtime/index.ts";
import { runtimeSimilarities } from "./similarities.ts";

const [queryCount, count, dim] = [11, 5, 3];
const rng = Rng.of(1);
const queries = Float32Array.from({ length: queryCount * dim }, () => rng.normal());
const references = Float32Array.from({ length: count * dim }, () => rng.normal());

function cosine(query: number, reference: number): number {
  let [dot, q, r] = [0, 0, 0];
  for (let k = 0; k < dim; k++) {
    const [x, y] = [queries[query * dim + k]!, references[reference * dim + k]!];
    [dot, q, r] = [dot + x * y, q + x * x, r + y * y];
  }
  return dot / Math.sqrt(q * r);
}

describe("similarities by a runtime", () => {
  it("are those of a loop, whichever block is asked for after which", async () => {
    const { blocks, dispose } = await runtimeSimilarities(referenceRuntime(), queries, references, dim);
    // In turn with a shorter last one, as foreseen; then back, another size than foreseen, and past a gap.
    const asked = [
      ...[0, 3, 6].map((start) => [start, 3] as const),
      ...([
        [9, 2],
        [0, 4],
        [4, 2],
        [8, 3],
        [8, 3],
        [0, queryCount],
      ] as const),
    ];
    for (const [start, size] of asked) {
      const block = await blocks(start, size);
      expect(block).toHaveLength(size * count);
      for (const [i, value] of block.entries()) {
        const expected = cosine(start + Math.floor(i / count), i % count);
        expect(value, `${i} of ${size} from ${start}`).toBeCloseTo(expected, 5);
      }
    }
    await dispose();
  });

  it("may be given back while the next block is under way", async () => {
    const { blocks, dispose } = await runtimeSimilarities(referenceRuntime(), queries, references, dim);
    await blocks(0, 2);
    await dispose();
  });
});
