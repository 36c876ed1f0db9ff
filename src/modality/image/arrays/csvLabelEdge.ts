import { InputError } from "../../../base/index.ts";

/**
 * Where nothing names the labels, they are in the first column or the last: in the one that looks like labels, whole
 * numbers with few gaps that come again, or else in the one that is further from the column beside it, since a pixel is
 * near to its neighbour. A column of one value is at the edge of all pictures.
 *
 * @param firsts `[rows]`, the values of the first column
 * @param pixels `[rows, size]`, the values of all other columns
 * @throws InputError when neither looks more like labels than the other.
 */
export function labelEdge(
  firsts: Int32Array,
  pixels: Uint8Array,
  size: number,
  file: string,
): "first" | "last" {
  const edge = { first: 0, last: 0 };
  const [first, last] = [new Set<number>(), new Set<number>()];
  for (const [row, value] of firsts.entries()) {
    const start = row * size;
    const end = pixels[start + size - 1]!;
    first.add(value);
    last.add(end);
    edge.first += Math.abs(value - pixels[start]!);
    edge.last += Math.abs(end - pixels[start + size - 2]!);
  }
  const likeLabels = [first, last].map((values) => looksLikeLabels(values, firsts.length));
  const [clearlyFirst, clearlyLast] = [
    last.size === 1 || (first.size > 1 && likeLabels[0]! && !likeLabels[1]!),
    first.size === 1 || (likeLabels[1]! && !likeLabels[0]!),
  ];
  if (clearlyFirst || (!clearlyLast && edge.first > 2 * edge.last)) return "first";
  if (clearlyLast || edge.last > 2 * edge.first) return "last";
  throw new InputError(
    `${file} does not tell whether its first or its last column holds the labels: put a line with the columns' names on top, that of the labels being label`,
  );
}

function looksLikeLabels(values: ReadonlySet<number>, rows: number): boolean {
  const sorted = [...values].sort((a, b) => a - b);
  const range = sorted.at(-1)! - sorted[0]! + 1;
  return range <= 2 * values.size && rows >= 2 * values.size;
}

/** Makes the last column the labels, in place, where the first had been taken for them. */
export function takeLastForLabels(labels: Int32Array, pixels: Uint8Array, size: number): void {
  for (const [row, first] of labels.entries()) {
    const start = row * size;
    labels[row] = pixels[start + size - 1]!;
    pixels.copyWithin(start + 1, start, start + size - 1);
    pixels[start] = first;
  }
}
