/** A column-major 4 x 4 matrix from places to pixels, y down. */
export type PixelMatrix = readonly number[];

/** x and y in CSS pixels and depth; null behind the viewer. */
export function pixelOf(
  matrix: PixelMatrix,
  x: number,
  y: number,
  z: number,
): readonly [number, number, number] | null {
  const w = matrix[3]! * x + matrix[7]! * y + matrix[11]! * z + matrix[15]!;
  if (w <= 0) return null;
  return [
    (matrix[0]! * x + matrix[4]! * y + matrix[8]! * z + matrix[12]!) / w,
    (matrix[1]! * x + matrix[5]! * y + matrix[9]! * z + matrix[13]!) / w,
    (matrix[2]! * x + matrix[6]! * y + matrix[10]! * z + matrix[14]!) / w,
  ];
}

/** `[count, 3]` of {@link pixelOf}; NaN behind the viewer. */
export function pixelsOf(matrix: PixelMatrix, places: Float32Array): Float32Array {
  const pixels = new Float32Array(places.length);
  const [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = matrix as number[];
  for (let at = 0; at < places.length; at += 3) {
    const x = places[at]!;
    const y = places[at + 1]!;
    const z = places[at + 2]!;
    const w = d! * x + h! * y + l! * z + p!;
    const scale = w > 0 ? 1 / w : Number.NaN;
    pixels[at] = (a! * x + e! * y + i! * z + m!) * scale;
    pixels[at + 1] = (b! * x + f! * y + j! * z + n!) * scale;
    pixels[at + 2] = (c! * x + g! * y + k! * z + o!) * scale;
  }
  return pixels;
}

/**
 * Rows whose pixels lie inside a polygon, by the parity of the edges that a ray to the right crosses.
 *
 * @param polygon x and y of its corners in turn
 */
export function rowsInside(
  pixels: Float32Array,
  polygon: readonly number[],
  shown: (row: number) => boolean,
): Uint32Array {
  const corners = polygon.length / 2;
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < corners; i++) {
    left = Math.min(left, polygon[2 * i]!);
    right = Math.max(right, polygon[2 * i]!);
    top = Math.min(top, polygon[2 * i + 1]!);
    bottom = Math.max(bottom, polygon[2 * i + 1]!);
  }
  const rows: number[] = [];
  for (let row = 0; row < pixels.length / 3; row++) {
    const x = pixels[3 * row]!;
    const y = pixels[3 * row + 1]!;
    if (!(x >= left && x <= right && y >= top && y <= bottom) || !shown(row)) continue;
    let inside = false;
    for (let i = 0, j = corners - 1; i < corners; j = i++) {
      const yi = polygon[2 * i + 1]!;
      const yj = polygon[2 * j + 1]!;
      if (yi > y === yj > y) continue;
      const crossing = ((polygon[2 * j]! - polygon[2 * i]!) * (y - yi)) / (yj - yi) + polygon[2 * i]!;
      if (x < crossing) inside = !inside;
    }
    if (inside) rows.push(row);
  }
  return Uint32Array.from(rows);
}
