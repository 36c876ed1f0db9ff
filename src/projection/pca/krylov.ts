import { Matrix } from "ml-matrix";
import { Rng } from "../../base/index.ts";
import type { Pacer } from "../../base/pacer.ts";
import type { CentredRows } from "./centredRows.ts";
import { descendingEigen } from "./descendingEigen.ts";
import { dot, subtractMultiple } from "./vectors.ts";

/** A direction and the sum of the squared coordinates of all rows along it. */
export interface ScatterAxis {
  readonly direction: Float64Array;
  readonly scatter: number;
}

/** Vectors multiplied at a time, for each of which a row need not be read again. */
const group = 4;
/** A pair is found when what it is off by is this small beside the greatest eigenvalue: directions a gap of 1 % apart are then right to 1e-7. */
const tolerance = 1e-9;
/** A vector of which less than this share is left is orthogonalised once more. */
const muchTaken = 1e-4;
/** A vector of which less than this share is left lies in the space that is known already. */
const nothingLeft = 1e-12;

/**
 * The greatest axes of `S = (X - mean)^T (X - mean)` by a block Lanczos method, every vector orthogonalised against all
 * before it, twice: the Ritz pairs of the space that is spanned by `V, S V, S^2 V, …` for a random block `V`. It ends
 * when the wanted pairs are off by less than 1e-9 of the greatest eigenvalue. `S` itself is never formed: a step
 * takes `2 * rows * dim` multiplications for each vector of the block.
 *
 * Where the space closes before that (rows of a low rank, equal eigenvalues), another is begun beside it, until one
 * holds nothing greater. Of a group of equal eigenvalues among many others at least as many are found as the block is wide: 4,
 * or 8 where more than 4 axes are wanted.
 *
 * @returns `wanted` orthonormal axes, the greatest first
 * @see Golub and Underwood, "The block Lanczos method for computing eigenvalues" (1977)
 */
export async function greatestAxes(
  rows: CentredRows,
  wanted: number,
  pacer: Pacer,
): Promise<readonly ScatterAxis[]> {
  const { dim } = rows;
  const width = Math.min(dim, wanted > group ? 2 * group : group);
  const rng = Rng.of(0, "pca", "start");
  const basis: Float64Array[] = [];
  let axes: readonly ScatterAxis[] = [];
  while (basis.length < dim) {
    const least = axes[wanted - 1]?.scatter ?? -1;
    const start = randomBlock(width, dim, basis, rng);
    const space = await spaceFrom(
      start,
      rows,
      basis,
      { wanted, least, greatest: axes[0]?.scatter ?? 0 },
      pacer,
    );
    axes = [...axes, ...space.axes].sort((a, b) => b.scatter - a.scatter).slice(0, wanted);
    if (!space.closed) break;
    const enough = axes.length === wanted && (space.axes[0]?.scatter ?? 0) <= least;
    if (enough) break;
  }
  return axes;
}

/** What is looked for: how many axes, above which scatter (below 0: any), and the greatest that is known. */
interface Search {
  readonly wanted: number;
  readonly least: number;
  readonly greatest: number;
}

/** Adds to `basis` the Krylov space of a block, until it holds the wanted pairs or grows no more. */
async function spaceFrom(
  start: readonly Float64Array[],
  rows: CentredRows,
  basis: Float64Array[],
  { wanted, least, greatest }: Search,
  pacer: Pacer,
): Promise<{ readonly axes: readonly ScatterAxis[]; readonly closed: boolean }> {
  const first = basis.length;
  /** `H = Q^T S Q`, row by row up to the diagonal. */
  const projected: number[][] = [];
  let block = start;
  let scale = greatest;
  for (let nextLook = wanted + 2 * start.length; ; ) {
    basis.push(...block);
    const images = await rows.scatterTimes(block, pacer);
    const before = basis.length - block.length;
    const next: Float64Array[] = [];
    /** What is left of each image outside the space, as multiples of the next block: `[image][next]`. */
    const outside: number[][] = [];
    for (const [i, image] of images.entries()) {
      const size = Math.sqrt(dot(image, image));
      scale = Math.max(scale, size);
      const inner = new Array<number>(basis.length - first).fill(0);
      for (let round = 0; round < 2; round++) {
        for (let at = 0; at < basis.length; at++) {
          const share = dot(image, basis[at]!);
          subtractMultiple(image, basis[at]!, share);
          if (at >= first) inner[at - first]! += share;
        }
        if (pacer.due()) await pacer.pause();
      }
      projected[before - first + i] = inner.slice(0, before - first + i + 1);
      outside.push(new Array<number>(block.length).fill(0));
      for (const [at, vector] of next.entries()) {
        const share = dot(image, vector);
        subtractMultiple(image, vector, share);
        outside[i]![at] = share;
      }
      const left = Math.sqrt(dot(image, image));
      if (left <= nothingLeft * scale || basis.length + next.length === rows.dim) continue;
      outside[i]![next.length] = left;
      for (let k = 0; k < image.length; k++) image[k]! /= left;
      // Rounding left some of the basis in it, which is more where little else is left.
      if (left < muchTaken * size)
        for (const vector of [...basis, ...next]) subtractMultiple(image, vector, dot(image, vector));
      next.push(image);
    }
    const closed = next.length === 0;
    const size = basis.length - first;
    if (closed || size >= nextLook) {
      nextLook = Math.max(size + start.length, Math.ceil(1.3 * size));
      const { values, vectors } = descendingEigen(symmetric(projected));
      const needed = neededOf(values, wanted, least);
      const converged = Array.from({ length: needed }, (_, pair) =>
        residual(vectors, pair, size - block.length, outside, next.length),
      ).every((off) => off <= tolerance * Math.max(values[0]!, Number.MIN_VALUE));
      if (closed || converged) {
        const count = closed ? Math.min(wanted, size) : needed;
        const axes: ScatterAxis[] = [];
        for (let pair = 0; pair < count; pair++) {
          const direction = new Float64Array(rows.dim);
          for (let at = 0; at < size; at++)
            subtractMultiple(direction, basis[first + at]!, -vectors.get(at, pair));
          axes.push({ direction, scatter: Math.max(0, values[pair]!) });
          if (pacer.due()) await pacer.pause();
        }
        return { axes, closed };
      }
    }
    block = next;
  }
}

/** How many pairs of a space count: in the first all that are wanted, in a later one what may be greater than those found. */
function neededOf(values: Float64Array, wanted: number, least: number): number {
  if (least < 0) return Math.min(wanted, values.length);
  return Math.max(1, Math.min(wanted, values.filter((value) => value > least).length));
}

/** By how much `S y = value y` is wrong for a Ritz pair: the part of `S y` outside the space. */
function residual(
  vectors: Matrix,
  pair: number,
  lastBlock: number,
  outside: readonly (readonly number[])[],
  next: number,
): number {
  let squares = 0;
  for (let at = 0; at < next; at++) {
    let sum = 0;
    for (const [i, shares] of outside.entries()) sum += vectors.get(lastBlock + i, pair) * shares[at]!;
    squares += sum * sum;
  }
  return Math.sqrt(squares);
}

function symmetric(lower: readonly (readonly number[])[]): Matrix {
  const matrix = Matrix.zeros(lower.length, lower.length);
  for (const [i, row] of lower.entries()) {
    for (const [j, value] of row.entries()) {
      matrix.set(i, j, value);
      matrix.set(j, i, value);
    }
  }
  return matrix;
}

/** Random directions at right angles to each other and to those of a space, as many as there are. */
function randomBlock(width: number, dim: number, basis: readonly Float64Array[], rng: Rng): Float64Array[] {
  const block: Float64Array[] = [];
  while (block.length < Math.min(width, dim - basis.length)) {
    const vector = Float64Array.from({ length: dim }, () => rng.normal());
    for (let round = 0; round < 2; round++) {
      for (const other of [...basis, ...block]) subtractMultiple(vector, other, dot(vector, other));
    }
    const length = Math.sqrt(dot(vector, vector));
    // In so small a rest, rounding is large: draw again.
    if (length < 1e-6) continue;
    for (let i = 0; i < dim; i++) vector[i]! /= length;
    block.push(vector);
  }
  return block;
}
