import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AbortedError, InputError, Rng } from "../../base/index.ts";
import { fitPca, transformPca } from "./pca.ts";

interface Case {
  readonly components: readonly (readonly number[])[];
  readonly explainedVariance: readonly number[];
  readonly explainedVarianceRatio: readonly number[];
  readonly mean: readonly number[];
  readonly projected: readonly (readonly number[])[];
}

interface Wide extends Omit<Case, "mean" | "projected"> {
  readonly rows: number;
  readonly dim: number;
}

interface Golden {
  readonly rows: number;
  readonly dim: number;
  readonly matrix: readonly number[];
  readonly three: Case;
  readonly all: Case;
  readonly wide: readonly Wide[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../../../test/golden/pca.json", import.meta.url), "utf8"),
);
const matrix = Float32Array.from(golden.matrix);
const { rows, dim } = golden;

function greatestDifference(a: ArrayLike<number>, b: readonly number[]): number {
  expect(a.length).toBeGreaterThanOrEqual(b.length);
  return b.reduce((most, value, i) => Math.max(most, Math.abs(value - a[i]!)), 0);
}

/** The matrix that `drawn` of pca.py makes. */
function drawn(rowCount: number, columns: number): Float32Array {
  return Float32Array.from({ length: rowCount * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let value = 0.2 * Math.sin((i * 7919 + j * 104729 + i * j) % 10007);
    for (let r = 0; r < 6; r++) {
      value += 2 ** -r * Math.cos((r + 1) * 0.37 * i + r) * Math.cos((r + 1) * 0.23 * j - r);
    }
    return Math.round(value * 1e4) / 1e4;
  });
}

function random(seed: number, rowCount: number, columns: number): Float32Array {
  const rng = Rng.of(seed, "pca test");
  return Float32Array.from({ length: rowCount * columns }, () => rng.uniform(-1, 1));
}

describe("fitPca and transformPca", () => {
  it.each(["three", "all"] as const)("agree with scikit-learn's for %s components", async (name) => {
    const expected = golden[name];
    const model = await fitPca(matrix, rows, dim, expected.components.length);
    expect(model.dim).toBe(dim);
    expect(greatestDifference(model.mean, expected.mean)).toBeLessThan(1e-9);
    expect(model.components).toHaveLength(expected.components.length * dim);
    expect(greatestDifference(model.components, expected.components.flat())).toBeLessThan(1e-8);
    expect(greatestDifference(model.explainedVariance, expected.explainedVariance)).toBeLessThan(1e-9);
    expect(greatestDifference(model.explainedVarianceRatio, expected.explainedVarianceRatio)).toBeLessThan(
      1e-9,
    );
    const projected = await transformPca(model, matrix, rows);
    expect(projected).toHaveLength(rows * expected.components.length);
    expect(greatestDifference(projected, expected.projected.flat())).toBeLessThan(1e-6);
  });

  it.each(golden.wide.map((each) => [each.rows, each.dim, each] as const))(
    "agree with scikit-learn's for %i rows of %i columns",
    async (n, columns, expected) => {
      const model = await fitPca(drawn(n, columns), n, columns, expected.components.length);
      expect(greatestDifference(model.components, expected.components.flat())).toBeLessThan(1e-6);
      for (const name of ["explainedVariance", "explainedVarianceRatio"] as const) {
        expect(greatestDifference(model[name], expected[name])).toBeLessThan(1e-9);
      }
    },
  );

  it("find the same components whether all eigenvectors are worked out or only these", async () => {
    const [n, columns] = [270, 260];
    const data = random(9, n, columns);
    const [few, many] = [await fitPca(data, n, columns, 10), await fitPca(data, n, columns, 100)];
    expect(
      greatestDifference(few.explainedVariance, [...many.explainedVariance.subarray(0, 10)]),
    ).toBeLessThan(1e-12);
    const same = many.components.subarray(0, few.components.length);
    expect(greatestDifference(few.components, [...same])).toBeLessThan(1e-6);
  });

  it("find every direction of equal variance, of more than a block of vectors", async () => {
    // Two factors of 20 levels, one-hot: 19 directions of one variance and 19 of another, in 400 rows.
    const [levels, columns] = [20, 300];
    const data = new Float32Array(levels ** 2 * columns);
    for (let row = 0; row < levels ** 2; row++) {
      data[row * columns + Math.floor(row / levels)] = 3;
      data[row * columns + 100 + (row % levels)] = 2;
    }
    const model = await fitPca(data, levels ** 2, columns, 40);
    const variance = (size: number): number => (size ** 2 * levels) / (levels ** 2 - 1);
    const expected = [...Array(19).fill(variance(3)), ...Array(19).fill(variance(2)), 0, 0];
    expect(greatestDifference(model.explainedVariance, expected)).toBeLessThan(1e-12);
    for (let a = 0; a < 40; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let i = 0; i < columns; i++) {
          product += model.components[a * columns + i]! * model.components[b * columns + i]!;
        }
        expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(1e-9);
      }
    }
  });

  it.each([
    ["rows' products", 8, 300],
    ["columns' products", 300, 8],
    ["a Krylov space", 300, 280],
  ])("fill up with directions of no variance, by %s", async (_, n, columns) => {
    const line = Float32Array.from(
      { length: n * columns },
      (_, at) => Math.floor(at / columns) * (at % columns),
    );
    const model = await fitPca(line, n, columns, 5);
    expect(model.explainedVarianceRatio[0]).toBeCloseTo(1, 12);
    expect(model.explainedVarianceRatio.subarray(1).every((ratio) => ratio < 1e-14)).toBe(true);
    for (let a = 0; a < 5; a++) {
      const row = model.components.subarray(a * columns, (a + 1) * columns);
      for (let b = 0; b <= a; b++) {
        const product = row.reduce((sum, value, i) => sum + value * model.components[b * columns + i]!, 0);
        expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(1e-9);
      }
    }
  });

  it.each([
    [40, 300],
    [300, 40],
    [300, 270],
  ])("keep to numbers near the end of float32, or say that they do not (%i x %i)", async (n, columns) => {
    const large = random(11, n, columns).map((value) => value * 3e38);
    const plain = await fitPca(random(11, n, columns), n, columns, 2);
    const model = await fitPca(large, n, columns, 2);
    expect(greatestDifference(model.components, [...plain.components])).toBeLessThan(1e-5);
    const refused = transformPca(model, large, n);
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(/^row \d+ of the matrix is .* which float32 does not hold .*scale/);
  });

  it("give back the rows from all components, which are orthonormal and of falling variance", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 2, max: 300 }),
        fc.integer({ min: 1, max: 9 }),
        async (seed, n, columns) => {
          fc.pre(n >= columns);
          const data = random(seed, n, columns);
          const { components, mean, explainedVariance, explainedVarianceRatio } = await fitPca(
            data,
            n,
            columns,
            columns,
          );
          const projected = await transformPca(await fitPca(data, n, columns, columns), data, n);
          for (let row = 0; row < n; row++) {
            for (let i = 0; i < columns; i++) {
              let value = mean[i]!;
              for (let k = 0; k < columns; k++)
                value += projected[row * columns + k]! * components[k * columns + i]!;
              expect(value).toBeCloseTo(data[row * columns + i]!, 5);
            }
          }
          for (let a = 0; a < columns; a++) {
            const row = [...components.subarray(a * columns, (a + 1) * columns)];
            expect(Math.max(...row)).toBe(Math.max(...row.map(Math.abs)));
            for (let b = 0; b <= a; b++) {
              const product = row.reduce((sum, value, i) => sum + value * components[b * columns + i]!, 0);
              expect(product).toBeCloseTo(a === b ? 1 : 0, 9);
            }
            if (a > 0) expect(explainedVariance[a]!).toBeLessThanOrEqual(explainedVariance[a - 1]!);
          }
          expect(explainedVarianceRatio.reduce((sum, ratio) => sum + ratio, 0)).toBeCloseTo(1, 9);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("takes the first of loadings that tie, however rounding falls", async () => {
    const line = Float32Array.from([0, 0, 0.1, -0.1, 0.2, -0.2, 0.3, -0.3]);
    const { components } = await fitPca(line, 4, 2, 1);
    expect(components[0]).toBeCloseTo(Math.SQRT1_2, 6);
    expect(components[1]).toBeCloseTo(-Math.SQRT1_2, 6);
    const mirrored = await fitPca(
      line.map((value) => -value),
      4,
      2,
      1,
    );
    expect(mirrored.components[0]).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it("finds no variance in rows that are all the same", async () => {
    const same = Float32Array.from({ length: 30 }, (_, i) => i % 3);
    const model = await fitPca(same, 10, 3, 2);
    expect([...model.explainedVariance, ...model.explainedVarianceRatio]).toEqual([0, 0, 0, 0]);
    expect([...(await transformPca(model, same, 10))].every((value) => value === 0)).toBe(true);
  });

  it("keeps small variance beside a large mean, which one pass over squares would lose", async () => {
    const values = random(5, 400, 2);
    const shifted = values.map((value) => 4096 + Math.fround(value * 16) / 16);
    const back = shifted.map((value) => value - 4096);
    const [far, near] = [await fitPca(shifted, 400, 2, 2), await fitPca(back, 400, 2, 2)];
    expect(greatestDifference(far.explainedVariance, [...near.explainedVariance])).toBeLessThan(1e-9);
    expect(greatestDifference(far.components, [...near.components])).toBeLessThan(1e-6);
  });

  it("lets the event loop run, and stops when told to", async () => {
    const controller = new AbortController();
    const [n, columns] = [3000, 256];
    setTimeout(() => controller.abort(), 0);
    const fitting = fitPca(random(6, n, columns), n, columns, 2, { signal: controller.signal });
    await expect(fitting).rejects.toThrow(AbortedError);
  });
});

describe("fitPca and transformPca, bad input", () => {
  it.each<readonly [string, () => Promise<unknown>, RegExp]>([
    [
      "too few rows",
      () => fitPca(random(1, 2, 5), 2, 5, 3),
      /^3 components were asked for of 2 rows with 5 columns, expected at most 2: give more rows/,
    ],
    ["too few columns", () => fitPca(random(1, 9, 2), 9, 2, 3), /expected at most 2: give more columns/],
    ["one row", () => fitPca(random(1, 1, 5), 1, 5, 1), /^1 rows were given, expected 2 or more/],
    ["no components", () => fitPca(random(1, 9, 2), 9, 2, 0), /^0 components were asked for/],
    ["a wrong size", () => fitPca(random(1, 9, 2), 8, 2, 1), /holds 18 numbers, expected 8 rows x 2 columns/],
  ])("refuses %s", async (_, work, message) => {
    await expect(work()).rejects.toThrow(InputError);
    await expect(work()).rejects.toThrow(message);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("names the row of %s", async (value) => {
    const damaged = random(1, 500, 4);
    const model = await fitPca(damaged, 500, 4, 2);
    damaged[300 * 4 + 2] = value;
    await expect(fitPca(damaged, 500, 4, 2)).rejects.toThrow(InputError);
    await expect(fitPca(damaged, 500, 4, 2)).rejects.toThrow(`row 300, column 2 of the matrix is ${value}`);
    await expect(transformPca(model, damaged, 500)).rejects.toThrow(/row 300, column 2/);
  });

  it("refuses rows of another width than the model's", async () => {
    const model = await fitPca(matrix, rows, dim, 2);
    await expect(transformPca(model, random(1, 5, 4), 5)).rejects.toThrow(/5 rows x 12 columns = 60/);
  });
});
