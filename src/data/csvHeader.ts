import { InputError } from "../base/index.ts";

/** The header of Kaggle's digit-recognizer `train.csv`: `label,pixel0,…,pixel{n-1}`. */
export function csvHeader(pixelCount: number): string {
  return ["label", ...Array.from({ length: pixelCount }, (_, i) => `pixel${i}`)].join(",");
}

/**
 * The side of the square image whose pixels the header names.
 *
 * A byte-order mark, quotes and spaces around the names are tolerated; other names are not.
 *
 * @throws InputError naming the file and the first column that is not what it should be.
 */
export function parseCsvHeader(file: string, line: Uint8Array): number {
  const text = new TextDecoder().decode(line).replace(/^\uFEFF/, "");
  const names = text.split(",").map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  const form = "expected the header label,pixel0,pixel1,…";
  for (const [i, name] of names.entries()) {
    const expected = i === 0 ? "label" : `pixel${i - 1}`;
    if (name === expected) continue;
    const hint =
      i === 0 && name === "pixel0" ? " (without labels, as in Kaggle's test.csv: give train.csv)" : "";
    throw new InputError(`${file}: line 1, column ${i + 1} is ${quote(name)}${hint}, ${form}`);
  }
  const pixelCount = names.length - 1;
  const side = Math.round(Math.sqrt(pixelCount));
  if (pixelCount === 0 || side * side !== pixelCount) {
    throw new InputError(
      `${file}: line 1 names ${pixelCount} pixel columns, expected those of a square image, such as 784 for 28 x 28`,
    );
  }
  return side;
}

/** A value for a message: quoted, unprintable characters escaped, cut after 40. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
