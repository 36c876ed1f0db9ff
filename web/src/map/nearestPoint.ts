/**
 * The row whose point is under a pixel. The processor looks through all points, about a millisecond for 70,000: asking the
 * graphics processor instead means drawing all points once more and waiting for what it has still to draw.
 *
 * @param pixels `[count, 3]` of x, y and depth, as `pixelsOf` gives them
 * @param reach pixels by which a point may be missed
 * @param nearFirst whether the nearest to the viewer wins, rather than the nearest to the pixel
 */
export function nearestPoint(
  pixels: Float32Array,
  [x, y]: readonly [number, number],
  reach: number,
  shown: (row: number) => boolean,
  nearFirst: boolean,
): number | null {
  let found: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (let row = 0, at = 0; at < pixels.length; row++, at += 3) {
    const dx = pixels[at]! - x;
    const dy = pixels[at + 1]! - y;
    const square = dx * dx + dy * dy;
    if (!(square <= reach * reach)) continue;
    const rank = nearFirst ? pixels[at + 2]! : square;
    if (rank < least && shown(row)) {
      least = rank;
      found = row;
    }
  }
  return found;
}
