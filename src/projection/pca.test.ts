import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AbortedError, InputError, Rng } from "../base/index.ts";
import { fitPca, transformPca } from "./pca.ts";

interface Case {
  readonly components: readonly (readonly number[])[];
  readonly explainedVariance: readonly number[];
  readonly explainedVarianceRatio: readonly number[];
  readonly mean: readonly number[];
  readonly projected: readonly (readonly number[])[];
}

const golden: Readonly<{ rows: number; dim: number; matrix: number[]; three: Case; all: Case }> = JSON.parse(
  readFileSync(new URL("../../test/golden/pca.json", import.meta.url), "utf8"),
);
const matrix = Float32Array.from(golden.matrix);
const { rows, dim } = golden;

function greatestDifference(a: ArrayLike<number>, b: readonly number[]): number {
  expect(a.length).toBeGreaterThanOrEqual(b.length);
  return b.reduce((most, value, i) => Math.max(most, Math.abs(value - a[i]!)), 0);
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
