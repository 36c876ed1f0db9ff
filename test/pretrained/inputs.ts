import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export { picture, recording } from "./values.ts";

/** Folders of small models that `test/golden/pretrained/pretrained.py` made. */
export const goldenFolder = (name = ""): string =>
  fileURLToPath(new URL(`../golden/pretrained/${name}`, import.meta.url));

/** What transformers made in Python: embeddings by what they are of. */
export interface Golden extends Readonly<Record<string, unknown>> {
  readonly texts: readonly string[];
  readonly pictures: readonly (readonly [width: number, height: number])[];
  readonly seconds: readonly number[];
}

export async function golden(name: string): Promise<Golden> {
  return JSON.parse(await readFile(`${goldenFolder(name)}/golden.json`, "utf8")) as Golden;
}

/** The greatest difference between the numbers of two lists of vectors of the same lengths. */
export function greatestDifference(
  made: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
): number {
  const lengths = (rows: readonly ArrayLike<number>[]): string => rows.map((row) => row.length).join();
  if (lengths(made) !== lengths(expected))
    throw new Error(`${lengths(made)} and ${lengths(expected)} numbers`);
  let most = 0;
  for (const [row, vector] of made.entries()) {
    for (let i = 0; i < vector.length; i++) {
      const difference = Math.abs(vector[i]! - expected[row]![i]!);
      if (!(difference <= most)) most = difference;
    }
  }
  return most;
}
