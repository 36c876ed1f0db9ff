import type { Rng } from "../base/index.ts";
import { dot, inverseNorm } from "../base/unitRows.ts";
import { rowsLabelled } from "./classSums.ts";
import type { Labels } from "./labels.ts";

/** Cosine similarities, -1 to 1, of pairs drawn at random. */
export interface SampledSimilarities {
  /** Of pairs of one label; empty when there is none. */
  readonly alike: Float32Array;
  /** Of pairs of two labels; empty when there is none. */
  readonly unalike: Float32Array;
}

/**
 * The cosine similarities of `pairs` alike and as many unalike pairs, each drawn uniformly, with replacement, from all
 * pairs of different rows that are so.
 *
 * @param matrix `[rows, dim]`, row-major, of any length of row
 * @param labels `[rows]`
 * @throws InputError when the matrix is not `labels.length * dim` long, or a row drawn holds a value that is not finite.
 */
export function sampledSimilarities(
  matrix: Float32Array,
  labels: Labels,
  dim: number,
  pairs: number,
  rng: Rng,
): SampledSimilarities {
  const rows = rowsLabelled(matrix, labels, dim);
  const similarity = (a: number, b: number): number => {
    const scale = inverseNorm(matrix, a, dim, "embeddings") * inverseNorm(matrix, b, dim, "embeddings");
    return dot(matrix, a * dim, matrix, b * dim, dim) * scale;
  };
  const members = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const list = members.get(labels[row]!);
    if (list) list.push(row);
    else members.set(labels[row]!, [row]);
  }
  const pairable = [...members.values()].filter((list) => list.length > 1);
  return {
    alike: pairable.length === 0 ? new Float32Array() : drawn(pairs, alikePair(pairable, rng), similarity),
    unalike: members.size < 2 ? new Float32Array() : drawn(pairs, unalikePair(labels, rng), similarity),
  };
}

type DrawPair = () => readonly [number, number];

function drawn(pairs: number, draw: DrawPair, similarity: (a: number, b: number) => number): Float32Array {
  return Float32Array.from({ length: pairs }, () => similarity(...draw()));
}

/** A class in proportion to its `n (n - 1)` pairs, then two different members. */
function alikePair(classes: readonly (readonly number[])[], rng: Rng): DrawPair {
  const ends: number[] = [];
  let total = 0;
  for (const { length } of classes) {
    total += length * (length - 1);
    ends.push(total);
  }
  return () => {
    const at = rng.float() * total;
    const list = classes[ends.findIndex((end) => at < end)]!;
    const first = rng.int(list.length);
    const second = rng.int(list.length - 1);
    return [list[first]!, list[second < first ? second : second + 1]!];
  };
}

function unalikePair(labels: Labels, rng: Rng): DrawPair {
  return () => {
    for (;;) {
      const pair = [rng.int(labels.length), rng.int(labels.length)] as const;
      if (labels[pair[0]] !== labels[pair[1]]) return pair;
    }
  };
}
