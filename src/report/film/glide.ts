/**
 * Where points are between snapshots: through each snapshot's places, smoothly and without overshooting them.
 *
 * Every coordinate follows the cubic Hermite curve whose slope at a snapshot is the harmonic mean of the two steps
 * beside it, or 0 where they go different ways or at an end; such a curve rises and falls only where its data do.
 *
 * @param places `[points * dim]` of each snapshot
 * @param moment from 0, the first snapshot, to their number less 1, the last
 * @see Fritsch and Butland, "A method for constructing local monotone piecewise cubic interpolants" (1984)
 */
export function glide(places: readonly Float32Array[], moment: number): Float32Array {
  const last = places.length - 1;
  const start = Math.max(0, Math.min(Math.floor(moment), last - 1));
  const part = Math.max(0, Math.min(moment - start, 1));
  const from = places[start]!;
  const to = places[Math.min(start + 1, last)]!;
  const before = start > 0 ? places[start - 1]! : undefined;
  const after = start + 2 <= last ? places[start + 2]! : undefined;
  // The Hermite basis.
  const square = part * part;
  const cube = square * part;
  const atTo = 3 * square - 2 * cube;
  const slopeFrom = cube - 2 * square + part;
  const slopeTo = cube - square;
  return from.map((value, i) => {
    const step = to[i]! - value;
    const leaving = before ? slope(value - before[i]!, step) : 0;
    const arriving = after ? slope(step, after[i]! - to[i]!) : 0;
    return value + atTo * step + slopeFrom * leaving + slopeTo * arriving;
  });
}

function slope(stepBefore: number, stepAfter: number): number {
  return stepBefore * stepAfter > 0 ? (2 * stepBefore * stepAfter) / (stepBefore + stepAfter) : 0;
}
