import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "../../test/golden/evaluation.json" with { type: "json" };
import { InputError, KindredError, Rng } from "../base/index.ts";
import { queriesWithoutReferences } from "./labels.ts";
import { plainSimilarityBlocks } from "./plainSimilarity.ts";
import { type RankingMetrics, rankingMetrics } from "./ranking.ts";
import type { SimilarityBlocks } from "./similarity.ts";

/** Blocks cut from a full matrix. */
function blocksOf(matrix: readonly (readonly number[])[]): SimilarityBlocks {
  return async (start, count) => Float32Array.from(matrix.slice(start, start + count).flat());
}

/** The definitions, written as loops over a fully sorted ranking. */
function bruteForce(
  matrix: readonly (readonly number[])[],
  queryLabels: readonly number[],
  referenceLabels: readonly number[],
  leaveSelfOut: boolean,
): RankingMetrics {
  const sums = { knn1: 0, knn10: 0, recall1: 0, recall5: 0, recall10: 0, map: 0 };
  let ranked = 0;
  for (const [query, row] of matrix.entries()) {
    const order = [...row.keys()]
      .filter((index) => !(leaveSelfOut && index === query))
      .sort((a, b) => row[b]! - row[a]! || a - b);
    const labels = order.map((index) => referenceLabels[index]!);
    const own = queryLabels[query]!;
    const r = labels.filter((label) => label === own).length;
    if (r === 0) continue;
    ranked++;
    const ten = labels.slice(0, 10);
    const votes = (label: number): number => ten.filter((other) => other === label).length;
    const most = Math.max(...ten.map(votes));
    sums.knn1 += Number(labels[0] === own);
    sums.knn10 += Number(ten.find((label) => votes(label) === most) === own);
    sums.recall1 += Number(labels.slice(0, 1).includes(own));
    sums.recall5 += Number(labels.slice(0, 5).includes(own));
    sums.recall10 += Number(ten.includes(own));
    let average = 0;
    for (let i = 1; i <= r; i++) {
      const precision = labels.slice(0, i).filter((label) => label === own).length / i;
      average += (precision * Number(labels[i - 1] === own)) / r;
    }
    sums.map += average;
  }
  const mean = (sum: number): number => sum / ranked;
  return {
    knn1: mean(sums.knn1),
    knn10: mean(sums.knn10),
    recallAt: { "1": mean(sums.recall1), "5": mean(sums.recall5), "10": mean(sums.recall10) },
    mapAtR: sums.map / ranked,
    withoutReferences: matrix.length - ranked,
  };
}

function expectEqual(actual: RankingMetrics, expected: RankingMetrics): void {
  const { mapAtR, ...rest } = actual;
  const { mapAtR: expectedMap, ...expectedRest } = expected;
  expect(rest).toEqual(expectedRest);
  if (Number.isNaN(expectedMap)) expect(mapAtR).toBeNaN();
  else expect(mapAtR).toBeCloseTo(expectedMap, 12);
}

/** Few different values, so that ties are everywhere, and up to 100 references, so that both ways of ranking are met. */
const tied = fc.record({
  seed: fc.nat(),
  queries: fc.integer({ min: 1, max: 8 }),
  references: fc.integer({ min: 2, max: 100 }),
  classes: fc.integer({ min: 1, max: 4 }),
  levels: fc.constantFrom(1, 3, 20, 1000),
});

function draw(
  rng: Rng,
  {
    queries,
    references,
    classes,
    levels,
  }: { queries: number; references: number; classes: number; levels: number },
): { matrix: number[][]; queryLabels: number[]; referenceLabels: number[] } {
  const level = (): number => (2 * rng.int(levels)) / levels - 1;
  return {
    matrix: Array.from({ length: queries }, () => Array.from({ length: references }, level)),
    queryLabels: Array.from({ length: queries }, () => rng.int(classes)),
    referenceLabels: Array.from({ length: references }, () => rng.int(classes)),
  };
}

describe("rankingMetrics", () => {
  it("gives the numbers counted from scikit-learn's neighbours, also when each row leaves itself out", async () => {
    const queries = Float32Array.from(golden.queries);
    const references = Float32Array.from(golden.references);
    const { queryLabels, referenceLabels, dim } = golden;
    const { silhouette, alike, unalike, sklearn_knn1, sklearn_knn10, ...across } = golden.across;
    expectEqual(
      await rankingMetrics(plainSimilarityBlocks(queries, references, dim), queryLabels, referenceLabels),
      across,
    );
    expectEqual(
      await rankingMetrics(
        plainSimilarityBlocks(references, references, dim),
        referenceLabels,
        referenceLabels,
        { selfIndex: (query) => query },
      ),
      golden.within,
    );
  });

  it("equals loops over the definitions, ties and absent labels included", async () => {
    await fc.assert(
      fc.asyncProperty(tied, async (sizes) => {
        const { matrix, queryLabels, referenceLabels } = draw(Rng.of(sizes.seed), sizes);
        expectEqual(
          await rankingMetrics(blocksOf(matrix), queryLabels, referenceLabels),
          bruteForce(matrix, queryLabels, referenceLabels, false),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("equals the loops when each query leaves itself out", async () => {
    await fc.assert(
      fc.asyncProperty(tied, async (sizes) => {
        const { matrix, referenceLabels } = draw(Rng.of(sizes.seed), { ...sizes, queries: sizes.references });
        expectEqual(
          await rankingMetrics(blocksOf(matrix), referenceLabels, referenceLabels, {
            selfIndex: (query) => query,
          }),
          bruteForce(matrix, referenceLabels, referenceLabels, true),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("does not depend on the order of the references where no similarities are equal", async () => {
    await fc.assert(
      fc.asyncProperty(tied, async (sizes) => {
        const rng = Rng.of(sizes.seed);
        const { queryLabels, referenceLabels } = draw(rng, sizes);
        const { references } = sizes;
        const matrix = queryLabels.map(() =>
          Array.from(rng.permutation(references), (rank) => rank / references),
        );
        const order = Array.from(rng.permutation(references));
        const shuffled = matrix.map((row) => order.map((index) => row[index]!));
        expectEqual(
          await rankingMetrics(
            blocksOf(shuffled),
            queryLabels,
            order.map((index) => referenceLabels[index]!),
          ),
          await rankingMetrics(blocksOf(matrix), queryLabels, referenceLabels),
        );
      }),
    );
  });

  it("gives a tied vote to the class whose nearest member is nearest", async () => {
    // Nearest first: 7 2 2 7 9, so 7 and 2 have two votes each and 7 comes first; the smallest label would be 2.
    const blocks = blocksOf([[0.9, 0.8, 0.7, 0.6, 0.5]]);
    expect((await rankingMetrics(blocks, [7], [7, 2, 2, 7, 9])).knn10).toBe(1);
    expect((await rankingMetrics(blocks, [2], [7, 2, 2, 7, 9])).knn10).toBe(0);
  });

  it("takes MAP@R from the first R alone", async () => {
    // R = 3 and the ranking is hit, miss, hit, hit: (1/1 + 2/3) / 3; the hit at 4 is too late.
    const blocks = blocksOf([[0.9, 0.8, 0.7, 0.6]]);
    expect((await rankingMetrics(blocks, [1], [1, 0, 1, 1])).mapAtR).toBeCloseTo(5 / 9, 12);
  });

  it("leaves out a query without references, and says how many there are", async () => {
    const metrics = await rankingMetrics(
      blocksOf([
        [0.9, 0.1],
        [0.2, 0.8],
      ]),
      [1, 5],
      [1, 0],
    );
    expect(metrics).toEqual({
      knn1: 1,
      knn10: 1,
      recallAt: { "1": 1, "5": 1, "10": 1 },
      mapAtR: 1,
      withoutReferences: 1,
    });
    expect(queriesWithoutReferences([5, 1, 5, -2], [1, 0])).toEqual([0, 2, 3]);
    expect(queriesWithoutReferences([5, 1, 5, -2], [5, 1, 5, -2], (query) => query)).toEqual([1, 3]);
  });

  it("refuses a block of the wrong size, NaN, and a row that has only itself", async () => {
    await expect(rankingMetrics(async () => new Float32Array(5), [1, 1], [1, 1, 0], {})).rejects.toThrow(
      /^a block of 2 queries holds 5 similarities, expected 2 x 3 references = 6$/,
    );
    await expect(rankingMetrics(blocksOf([[0.1, Number.NaN, 0.2]]), [1], [1, 1, 0])).rejects.toThrow(
      KindredError,
    );
    const many = Array.from({ length: 100 }, (_, i) => (i === 50 ? Number.NaN : i / 100));
    await expect(
      rankingMetrics(
        blocksOf([many]),
        [1],
        many.map(() => 1),
      ),
    ).rejects.toThrow(/reference 50 is NaN/);
    const alone = rankingMetrics(blocksOf([[1]]), [1], [1], { selfIndex: () => 0 });
    await expect(alone).rejects.toThrow(InputError);
    const beyond = rankingMetrics(blocksOf([[1, 0]]), [1], [1, 1], { selfIndex: () => 2 });
    await expect(beyond).rejects.toThrow(/^selfIndex\(0\) is 2, expected a reference, 0 to 1, or -1$/);
  });
});
