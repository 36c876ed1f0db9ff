import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { RgbPicture } from "../../src/pretrained/index.ts";

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

/** As `picture` of `pretrained.py`. */
export function picture([width, height]: readonly [number, number]): RgbPicture & { readonly channels: 3 } {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return Math.floor((5 * x * x) / 7) + 9 * y + 60 * c + ((x * y) % 37);
  });
  return { data, width, height, channels: 3 };
}

/** As `recording` of `pretrained.py`. */
export function recording(
  seconds: number,
  rate: number,
): { readonly samples: Float32Array; readonly sampleRate: number } {
  const samples = Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, t) => Math.sin(t * t * (seconds * 4e-7)) * 0.5 + Math.sin(t * 0.031) * 0.3,
  );
  return { samples, sampleRate: rate };
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
