/** Side of the fixture's pictures. */
export const side = 28;

/** Segments of a seven-segment digit: top, upper left, upper right, middle, lower left, lower right, bottom. */
const digits = [
  "1110111",
  "0010010",
  "1011101",
  "1011011",
  "0111010",
  "1101011",
  "1101111",
  "1010010",
  "1111111",
  "1111011",
];
/** x, y of both ends of each segment, in a box of 1 by 2. */
const segments: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 1, 0],
  [0, 0, 0, 1],
  [1, 0, 1, 1],
  [0, 1, 1, 1],
  [0, 1, 0, 2],
  [1, 1, 1, 2],
  [0, 2, 1, 2],
];

/** Numbers from 0 to 1 that follow from the seed. */
export function numbersOf(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A digit that leans and is thick by chance, `[28 * 28]`. */
export function digitPicture(digit: number, seed: number): Uint8Array {
  const random = numbersOf(seed + 1);
  const lean = (random() - 0.3) * 0.5;
  const thick = 1.1 + random();
  const width = 8 + 3 * random();
  const pixels = new Uint8Array(side * side);
  const lit = segments.filter((_, index) => digits[digit % 10]![index] === "1");
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let least = Number.POSITIVE_INFINITY;
      for (const [fromX, fromY, toX, toY] of lit) {
        const place = (segmentX: number, segmentY: number): [number, number] => [
          14 - width / 2 + segmentX * width - (segmentY - 1) * 8 * lean,
          5 + segmentY * 9,
        ];
        least = Math.min(least, distance(x, y, place(fromX, fromY), place(toX, toY)));
      }
      pixels[y * side + x] = 255 * Math.max(0, Math.min(1, thick + 0.6 - least));
    }
  }
  return pixels;
}

function distance(x: number, y: number, a: readonly [number, number], b: readonly [number, number]): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const part = Math.max(0, Math.min(1, ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - a[0] - part * dx, y - a[1] - part * dy);
}
