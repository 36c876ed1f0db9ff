import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import golden from "../../test/golden/evaluation.json" with { type: "json" };
import { AbortedError, InputError, Rng } from "../base/index.ts";
import { unitRows } from "../base/unitRows.ts";
import { type EvaluationInput, evaluate } from "./evaluate.ts";
import { plainSimilarityBlocks } from "./plainSimilarity.ts";

const goldenInput: EvaluationInput = {
  queries: Float32Array.from(golden.queries),
  queryLabels: golden.queryLabels,
  references: Float32Array.from(golden.references),
  referenceLabels: golden.referenceLabels,
  dim: golden.dim,
};

/** Rows around random centres, one class per centre in turn. */
function clusters(
  rng: Rng,
  rows: number,
  classes: number,
  dim: number,
): { matrix: Float32Array; labels: number[] } {
  const centres = Float64Array.from({ length: classes * dim }, () => rng.normal());
  const labels = Array.from({ length: rows }, (_, row) => row % classes);
  const matrix = Float32Array.from(
    { length: rows * dim },
    (_, i) => centres[labels[Math.floor(i / dim)]! * dim + (i % dim)]! + rng.normal(),
  );
  return { matrix, labels };
}

function randomInput(seed: number, queryCount: number, referenceCount: number, dim: number): EvaluationInput {
  const rng = Rng.of(seed, "evaluate.test");
  const queries = clusters(rng, queryCount, 4, dim);
  const references = clusters(rng, referenceCount, 4, dim);
  return {
    queries: queries.matrix,
    queryLabels: queries.labels,
    references: references.matrix,
    referenceLabels: references.labels,
    dim,
  };
}

const sizes = fc.record({
  seed: fc.nat(),
  queries: fc.integer({ min: 4, max: 20 }),
  references: fc.integer({ min: 4, max: 40 }),
  dim: fc.integer({ min: 1, max: 9 }),
});

describe("evaluate", () => {
  it("gives scikit-learn's numbers", async () => {
    const { sklearn_knn1, sklearn_knn10, withoutReferences, ...expected } = golden.across;
    const evaluation = await evaluate(goldenInput);

    expect(Object.keys(evaluation).sort()).toEqual(Object.keys(expected).sort());
    expect(evaluation.knn1).toBeCloseTo(expected.knn1, 12);
    expect(evaluation.knn1).toBeCloseTo(sklearn_knn1, 12);
    expect(evaluation.knn10).toBeCloseTo(expected.knn10, 12);
    expect(evaluation.recallAt["1"]).toBeCloseTo(expected.recallAt["1"], 12);
    expect(evaluation.recallAt["5"]).toBeCloseTo(expected.recallAt["5"], 12);
    expect(evaluation.recallAt["10"]).toBeCloseTo(expected.recallAt["10"], 12);
    expect(evaluation.mapAtR).toBeCloseTo(expected.mapAtR, 12);
    expect(evaluation.silhouette).toBeCloseTo(expected.silhouette, 12);
    expect(evaluation.alike).toBeCloseTo(expected.alike, 12);
    expect(evaluation.unalike).toBeCloseTo(expected.unalike, 12);
    // The golden set is only worth something where no number is trivial.
    for (const value of [expected.knn10, expected.recallAt["10"], expected.mapAtR]) {
      expect(value).toBeGreaterThan(0.5);
      expect(value).toBeLessThan(1);
    }
  });

  it("gives the same numbers for blocks of any size", async () => {
    const whole = await evaluate(goldenInput);
    for (const rowsPerBlock of [1, 2, 7, 59, 1000]) {
      expect(await evaluate({ ...goldenInput, rowsPerBlock })).toEqual(whole);
    }
  });

  it("asks given similarities for consecutive blocks of at most rowsPerBlock queries", async () => {
    const queries = unitRows(goldenInput.queries, 8);
    const references = unitRows(goldenInput.references, 8);
    const asked: number[][] = [];
    const evaluation = await evaluate({
      ...goldenInput,
      rowsPerBlock: 25,
      similarities: async (start, count) => {
        asked.push([start, count]);
        const block = new Float32Array(count * 200);
        for (let i = 0; i < block.length; i++) {
          const query = start + Math.floor(i / 200);
          for (let k = 0; k < 8; k++) block[i]! += queries[query * 8 + k]! * references[(i % 200) * 8 + k]!;
        }
        return block;
      },
    });
    expect(asked).toEqual([
      [0, 25],
      [25, 25],
      [50, 10],
    ]);
    expect(evaluation.mapAtR).toBeCloseTo(golden.across.mapAtR, 12);
  });

  it("does not change when rows are rescaled", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ seed, queries, references, dim }) => {
        const input = randomInput(seed, queries, references, dim);
        const rng = Rng.of(seed, "scales");
        // Powers of two: exact in float32, so that no similarity may move by a bit.
        const rescale = (matrix: Float32Array): Float32Array => {
          const scales = Array.from({ length: matrix.length / dim }, () => 2 ** (rng.int(9) - 4));
          return matrix.map((value, i) => value * scales[Math.floor(i / dim)]!);
        };
        const rescaled = {
          ...input,
          queries: rescale(input.queries),
          references: rescale(input.references),
        };
        expect(await evaluate(rescaled)).toEqual(await evaluate(input));
      }),
      { numRuns: 40 },
    );
  });

  it("gives 1 where each class is one direction, 0 similarity between orthogonal classes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 2, max: 5 }), async (seed, classes) => {
        const rng = Rng.of(seed, "perfect");
        const make = (rows: number): { matrix: Float32Array; labels: number[] } => {
          const matrix = new Float32Array(rows * classes);
          const labels = Array.from({ length: rows }, (_, row) => (row % classes) * 3 - 2);
          for (let row = 0; row < rows; row++) matrix[row * classes + (row % classes)] = rng.uniform(0.1, 9);
          return { matrix, labels };
        };
        const queries = make(classes * 3);
        const references = make(classes * 12);
        const evaluation = await evaluate({
          queries: queries.matrix,
          queryLabels: queries.labels,
          references: references.matrix,
          referenceLabels: references.labels,
          dim: classes,
        });
        expect(evaluation).toMatchObject({
          knn1: 1,
          knn10: 1,
          recallAt: { "1": 1, "5": 1, "10": 1 },
          mapAtR: 1,
        });
        expect(evaluation.silhouette).toBeCloseTo(1, 12);
        expect(evaluation.alike).toBeCloseTo(1, 12);
        expect(evaluation.unalike).toBeCloseTo(0, 12);
      }),
      { numRuns: 30 },
    );
  });

  it("lets all references count where there are fewer than k", async () => {
    // Three references: the nearest wins the three-way tie.
    const evaluation = await evaluate({
      queries: Float32Array.of(1, 0.1, 0.1, 1),
      queryLabels: [1, 2],
      references: Float32Array.of(1, 0, 0, 1, -1, 0),
      referenceLabels: [1, 2, 3],
      dim: 2,
    });
    expect(evaluation).toMatchObject({
      knn1: 1,
      knn10: 1,
      recallAt: { "1": 1, "5": 1, "10": 1 },
      mapAtR: 1,
    });
  });

  it("reports a number that does not exist as NaN, null in JSON", async () => {
    const evaluation = await evaluate({
      queries: Float32Array.of(1, 0, 1, 1),
      queryLabels: [4, 4],
      references: Float32Array.of(1, 0),
      referenceLabels: [4],
      dim: 2,
    });
    expect(evaluation.alike).toBeCloseTo(Math.SQRT1_2, 12);
    expect(JSON.parse(JSON.stringify(evaluation))).toMatchObject({ silhouette: null, unalike: null });
  });
});

describe("evaluate refuses", () => {
  const refusals: [string, Partial<EvaluationInput>, RegExp][] = [
    ["a dim that is none", { dim: 0 }, /^dim is 0, expected .* integer from 1$/],
    [
      "queries of another dim",
      { queries: goldenInput.queries.subarray(0, 479) },
      /^queries holds 479 numbers, .* rows of dim 8/,
    ],
    [
      "references of another dim",
      { references: goldenInput.references.subarray(1) },
      /^references holds 1599 numbers, .* rows of dim 8/,
    ],
    [
      "too few query labels",
      { queryLabels: [1, 2] },
      /^queries holds 60 rows of dim 8 and queryLabels 2 labels, /,
    ],
    [
      "too few reference labels",
      { referenceLabels: [] },
      /^references holds 200 rows of dim 8 and referenceLabels 0 labels, /,
    ],
    ["no queries", { queries: new Float32Array(0), queryLabels: [] }, /^queries is empty, expected /],
    [
      "no references",
      { references: new Float32Array(0), referenceLabels: [] },
      /^references is empty, expected /,
    ],
    [
      "NaN in the queries",
      { queries: goldenInput.queries.with(3 * 8 + 5, Number.NaN) },
      /^row 3 of the queries holds NaN at column 5, expected finite numbers/,
    ],
    [
      "Infinity in the references",
      { references: goldenInput.references.with(199 * 8, Number.NEGATIVE_INFINITY) },
      /^row 199 of the references holds -Infinity at column 0, expected finite numbers/,
    ],
    [
      "a label that is no integer",
      { queryLabels: golden.queryLabels.with(9, 1.5) },
      /^queryLabels\[9\] is 1.5, expected an integer label$/,
    ],
    [
      "labels that have nothing in common",
      { referenceLabels: golden.referenceLabels.map(() => 12) },
      /^no reference has the label of any query .*reference labels: 12/,
    ],
  ];
  it.each(refusals)("%s, in one line", async (_, change, message) => {
    const refused = await evaluate({ ...goldenInput, ...change }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InputError);
    expect((refused as InputError).message).toMatch(message);
    expect((refused as InputError).message).not.toContain("\n");
  });
});

describe("evaluate as a guest on its thread", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** A clock by which every look at it is 30 ms later, so that each pause that could fall does. */
  function slowClock(): void {
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => {
      now += 30;
      return now;
    });
  }

  it("gives timers their turn in each stage of the work", async () => {
    slowClock();
    const input = randomInput(1, 6, 70, 3);
    // Similarities that are there at once, so that the turns below can only come from Kindred's own pauses.
    const ready = await plainSimilarityBlocks(input.queries, input.references, 3)(0, 6);
    const turnsAt: number[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const evaluation = await evaluate({
      ...input,
      rowsPerBlock: 6,
      similarities: async () => {
        turnsAt.push(turns);
        return ready;
      },
      onProgress: () => turnsAt.push(turns),
    });
    turnsAt.push(turns);
    clearInterval(timer);
    const [checked, ranked, finished] = turnsAt as [number, number, number];
    expect(checked).toBeGreaterThan(0);
    expect(ranked).toBeGreaterThan(checked);
    expect(finished).toBeGreaterThan(ranked);
    expect(evaluation).toEqual(await evaluate(input));
  });

  it("pauses within a block of plain similarities", async () => {
    slowClock();
    const input = randomInput(2, 6, 70, 3);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await plainSimilarityBlocks(input.queries, input.references, 3)(0, 6);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });

  it("tells how far it is after each block", async () => {
    const progress: number[][] = [];
    await evaluate({ ...goldenInput, rowsPerBlock: 25, onProgress: (...at) => progress.push(at) });
    expect(progress).toEqual([
      [25, 60],
      [50, 60],
      [60, 60],
    ]);
  });

  it("stops when it is told to", async () => {
    const before = evaluate({ ...goldenInput, signal: AbortSignal.abort() });
    await expect(before).rejects.toBeInstanceOf(AbortedError);

    const controller = new AbortController();
    let blocks = 0;
    const during = evaluate({
      ...goldenInput,
      rowsPerBlock: 10,
      signal: controller.signal,
      onProgress: () => {
        if (++blocks === 2) controller.abort();
      },
    });
    await expect(during).rejects.toBeInstanceOf(AbortedError);
    expect(blocks).toBe(2);
  });
});
