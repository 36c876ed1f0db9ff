import { InputError, type Rng } from "../../base/index.ts";

/** The side of the square in which a layout starts, and the spread of the noise in it; from umap-learn. */
const SIDE = 10;
const NOISE = 1e-4;

/**
 * Where the layout starts: given coordinates (the first two principal components, say), scaled to at most 10, with
 * normal noise of 0.0001 so that no two points coincide, then stretched to fill [0, 10] on each axis, as umap-learn does.
 *
 * @param start `[count, 2]`
 * @returns `[count, 2]`
 * @throws InputError when `start` is not `count * 2` long, or holds a value that is not finite.
 */
export function initialise(start: Float32Array, count: number, rng: Rng): Float32Array {
  if (start.length !== count * 2) {
    throw new InputError(
      `the start of the layout holds ${start.length} numbers, expected ${count} points x 2 = ${count * 2}`,
    );
  }
  let largest = 0;
  for (let i = 0; i < start.length; i++) {
    const value = start[i]!;
    if (!Number.isFinite(value)) {
      throw new InputError(
        `row ${i >> 1} of the layout's start holds ${value}, expected finite numbers: look for NaN in the embeddings`,
      );
    }
    largest = Math.max(largest, Math.abs(value));
  }
  const expansion = largest > 0 ? SIDE / largest : 0;
  const positions = Float64Array.from(start, (value) => value * expansion + NOISE * rng.normal());
  const placed = new Float32Array(start.length);
  for (let axis = 0; axis < 2; axis++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = axis; i < positions.length; i += 2) {
      low = Math.min(low, positions[i]!);
      high = Math.max(high, positions[i]!);
    }
    const scale = high > low ? SIDE / (high - low) : 0;
    for (let i = axis; i < positions.length; i += 2) placed[i] = (positions[i]! - low) * scale;
  }
  return placed;
}
