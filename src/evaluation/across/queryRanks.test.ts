import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "../../../test/golden/acrossModalities.json" with { type: "json" };
import { Rng } from "../../base/index.ts";
import { plainSimilarityBlocks } from "../plainSimilarity.ts";
import type { SimilarityBlocks } from "../similarity.ts";
import { centredUnitRows } from "./centring.ts";
import { directionMetrics, emergentRatio } from "./directionMetrics.ts";
import { queryRanks } from "./queryRanks.ts";
import { skewness } from "./skewness.ts";

const { dim, imageLabels, textLabels } = golden;
const image = Float32Array.from(golden.image);
const text = Float32Array.from(golden.text);

async function measure(
  queries: Float32Array,
  queryLabels: readonly number[],
  pool: Float32Array,
  poolLabels: readonly number[],
  within = false,
) {
  const blocks = plainSimilarityBlocks(queries, pool, dim);
  const ranks = await queryRanks(blocks, queryLabels, poolLabels, {
    selfIndex: within ? (query) => query : undefined,
  });
  const metrics = (await directionMetrics(ranks, queryLabels, { rng: Rng.of(1), samples: 200 }))!;
  return { ranks, metrics };
}

type Golden = typeof golden.imageToText;

async function expectGolden(measured: Awaited<ReturnType<typeof measure>>, expected: Golden): Promise<void> {
  const { metrics, ranks } = measured;
  expect(metrics.withoutReferences).toBe(expected.withoutReferences);
  for (const k of ["1", "5", "10"] as const) {
    expect(metrics.recallAt[k].value).toBeCloseTo(expected.recallAt[k], 12);
  }
  expect(metrics.medianRank.value).toBe(expected.medianRank);
  expect(metrics.mrr.value).toBeCloseTo(expected.mrr, 12);
  expect(metrics.mapAtR.value).toBeCloseTo(expected.mapAtR, 12);
  expect(metrics.ndcgAt10.value).toBeCloseTo(expected.ndcgAt10, 12);
  expect(skewness(ranks.occurrences)).toBeCloseTo(expected.hubness, 10);
}

/** The definitions as loops over a sorted ranking, wrong before right at equal similarity. */
function bruteForce(
  matrix: readonly (readonly number[])[],
  queryLabels: readonly number[],
  poolLabels: readonly number[],
  within: boolean,
) {
  return matrix.flatMap((row, query) => {
    const order = [...row.keys()]
      .filter((index) => !(within && index === query))
      .sort(
        (a, b) =>
          row[b]! - row[a]! ||
          Number(poolLabels[a] === queryLabels[query]) - Number(poolLabels[b] === queryLabels[query]),
      );
    const hits = order.map((index) => poolLabels[index] === queryLabels[query]);
    const r = hits.filter(Boolean).length;
    if (r === 0) return [];
    let average = 0;
    for (let i = 1; i <= r; i++) if (hits[i - 1]) average += hits.slice(0, i).filter(Boolean).length / i / r;
    const gain = (list: readonly boolean[]): number =>
      list.slice(0, 10).reduce((sum, hit, at) => sum + (hit ? 1 / Math.log2(at + 2) : 0), 0);
    const ideal = gain(hits.toSorted((a, b) => Number(b) - Number(a)));
    return [{ query, first: hits.indexOf(true) + 1, average, ndcg: gain(hits) / ideal, r }];
  });
}

describe("queryRanks and directionMetrics", () => {
  it("give scikit-learn's and scipy's numbers across two modalities, centred, and within one", async () => {
    await expectGolden(await measure(image, imageLabels, text, textLabels), golden.imageToText);
    const [a, b] = [centredUnitRows(text, dim), centredUnitRows(image, dim)];
    await expectGolden(await measure(a, textLabels, b, imageLabels), golden.textToImageCentred);
    await expectGolden(await measure(text, textLabels, text, textLabels, true), golden.withinText);
  });

  it("equal loops over the definitions, ties and absent labels included", async () => {
    const sizes = fc.record({
      seed: fc.nat(),
      queries: fc.integer({ min: 2, max: 12 }),
      pool: fc.integer({ min: 2, max: 60 }),
      classes: fc.integer({ min: 1, max: 5 }),
      levels: fc.constantFrom(1, 3, 20, 1000),
      within: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ seed, queries, pool, classes, levels, within }) => {
        const rng = Rng.of(seed);
        const rows = within ? pool : queries;
        const poolLabels = Array.from({ length: pool }, () => rng.int(classes));
        const queryLabels = within ? poolLabels : Array.from({ length: rows }, () => rng.int(classes + 1));
        const matrix = Array.from({ length: rows }, () =>
          Array.from({ length: pool }, () => (2 * rng.int(levels)) / levels - 1),
        );
        const blocks: SimilarityBlocks = async (start, count) =>
          Float32Array.from(matrix.slice(start, start + count).flat());
        const found = await queryRanks(blocks, queryLabels, poolLabels, {
          rowsPerBlock: 5,
          selfIndex: within ? (query) => query : undefined,
        });
        const expected = bruteForce(matrix, queryLabels, poolLabels, within);
        expect(Array.from(found.queries)).toEqual(expected.map(({ query }) => query));
        expect(Array.from(found.firstRank)).toEqual(expected.map(({ first }) => first));
        expect(Array.from(found.relevant)).toEqual(expected.map(({ r }) => r));
        for (const [at, { average, ndcg }] of expected.entries()) {
          expect(found.averagePrecision[at]).toBeCloseTo(average, 12);
          expect(found.ndcg[at]).toBeCloseTo(ndcg, 12);
        }
        const neighbours = Math.min(10, within ? pool - 1 : pool);
        expect(found.occurrences.reduce((sum, one) => sum + one, 0)).toBe(rows * neighbours);
      }),
      { numRuns: 200 },
    );
  });

  it("find nothing in a space that is one point", async () => {
    const points = new Float32Array(40).fill(1);
    const labels = Array.from({ length: 20 }, (_, row) => row);
    const ranks = await queryRanks(plainSimilarityBlocks(points, points, 2), labels, labels);
    const metrics = (await directionMetrics(ranks, labels, { rng: Rng.of(1), samples: 10 }))!;
    expect(metrics.recallAt["10"]).toEqual({ value: 0, low: 0, high: 0 });
    expect(metrics.medianRank.value).toBe(20);
    expect(metrics.chanceAt).toEqual({
      "1": expect.closeTo(0.05, 12),
      "5": expect.closeTo(0.25, 12),
      "10": 0.5,
    });
  });

  it("are null where no query can be right", async () => {
    const ranks = await queryRanks(
      plainSimilarityBlocks(image, text, dim),
      imageLabels.map(() => -5),
      textLabels,
    );
    expect(await directionMetrics(ranks, imageLabels, { rng: Rng.of(1) })).toBeNull();
  });

  it("draw groups for intervals where there are many, and queries where there are a few classes", async () => {
    const grouped = async (groups: number) => {
      const rng = Rng.of(3);
      const labels = Array.from({ length: 600 }, (_, row) => row % groups);
      // All rows of a group are found, or none is: what a group's rows say is said once.
      const found = Array.from({ length: groups }, () => rng.int(2) === 0);
      const blocks: SimilarityBlocks = async (start, count) =>
        Float32Array.from({ length: count * 2 }, (_, at) =>
          at % 2 === (found[labels[start + (at >> 1)]!] ? 0 : 1) ? 1 : 0,
        );
      // All queries ask for label 0, the first of two references.
      const ranks = await queryRanks(
        blocks,
        labels.map(() => 0),
        [0, 1],
      );
      return (await directionMetrics(ranks, labels, { rng: Rng.of(4) }))!;
    };
    const many = await grouped(60);
    const few = await grouped(10);
    expect([many.drawn, few.drawn]).toEqual(["groups", "queries"]);
    const width = ({ recallAt }: typeof many): number => recallAt["1"].high - recallAt["1"].low;
    // sqrt(p (1 - p) / n), n being 60 groups against 600 queries.
    const spread = (p: number, n: number): number => 2 * 1.96 * Math.sqrt((p * (1 - p)) / n);
    expect(width(many) / spread(many.recallAt["1"].value, 60)).toBeCloseTo(1, 0.7);
    expect(width(few) / spread(few.recallAt["1"].value, 600)).toBeCloseTo(1, 0.7);
    expect(many.recallAt["1"].low).toBeLessThan(many.recallAt["1"].value);
  });

  it("give emergent over direct, and null over zero", async () => {
    const one = (await measure(image, imageLabels, text, textLabels)).metrics;
    expect(emergentRatio(one, one)).toEqual({ recallAt: { "1": 1, "5": 1, "10": 1 }, mrr: 1, mapAtR: 1 });
    const none = { ...one, mrr: { value: 0, low: 0, high: 0 } };
    expect(emergentRatio(one, none).mrr).toBeNull();
  });
});
