import { type ImageDataset, pixelsPerImage } from "../imageDataset.ts";
import { csvHeader } from "./csvHeader.ts";

/** `,0` to `,255` as bytes. */
const fields = Array.from({ length: 256 }, (_, value) => new TextEncoder().encode(`,${value}`));

/** The header line of {@link encodeCsvRows}. */
export function encodeCsvHeader(dataset: ImageDataset): Uint8Array {
  return new TextEncoder().encode(`${csvHeader(pixelsPerImage(dataset))}\n`);
}

/** The images `[start, end)` as rows in Kaggle's digit-recognizer form: `label,pixel0,…` and a newline each. */
export function encodeCsvRows(dataset: ImageDataset, start: number, end: number): Uint8Array {
  const each = pixelsPerImage(dataset);
  // At most 11 characters of label, 4 for each pixel with its comma, and the newline.
  const bytes = new Uint8Array((end - start) * (12 + 4 * each));
  let at = 0;
  for (let image = start; image < end; image++) {
    const label = String(dataset.labels[image]);
    for (let i = 0; i < label.length; i++) bytes[at++] = label.charCodeAt(i);
    for (let pixel = image * each; pixel < (image + 1) * each; pixel++) {
      const field = fields[dataset.pixels[pixel]!]!;
      for (let i = 0; i < field.length; i++) bytes[at++] = field[i]!;
    }
    bytes[at++] = 10;
  }
  return bytes.subarray(0, at);
}
