import { dot } from "../base/unitRows.ts";
import { type BestGroups, groupSize, noReference } from "./exactGraph.ts";

/** The vectors as they were given. */
export interface MeasuredRows {
  /** `[queries, dim]` */
  readonly queries: Float32Array;
  /** `[references, dim]` */
  readonly references: Float32Array;
  readonly dim: number;
  /** `1 / |x|` of each row where the metric is cosine, else undefined. */
  readonly scales: { readonly queries: Float64Array; readonly references: Float64Array } | undefined;
}

/** Which references are nearest to each query, nearest first, equals by lower index. */
export interface RuntimeNeighbours {
  /** `[queries, k]` */
  readonly indices: Uint32Array;
  /** `[queries, k]` */
  readonly distances: Float32Array;
  /** The part of all pairs that was scored; the others were proven to be further. */
  readonly scored: number;
}

/** The last part of a search for neighbours: exact distances of the few references that scores leave. */
export class NeighbourMeasure {
  readonly #rows: MeasuredRows;
  readonly #ids: Uint32Array;
  readonly #k: number;
  readonly #groups: number;
  readonly #rounding: number;
  /** The `k` greatest scores of a query, falling. */
  readonly #greatest: Float32Array;

  /**
   * @param ids which reference is in each place of the groups, or `noReference`
   * @param groups groups of each query
   * @param rounding by how much two scores may differ that should be equal
   */
  constructor(rows: MeasuredRows, ids: Uint32Array, k: number, groups: number, rounding: number) {
    this.#rows = rows;
    this.#ids = ids;
    this.#k = k;
    this.#groups = groups;
    this.#rounding = rounding;
    this.#greatest = new Float32Array(k);
  }

  /** Writes the `k` nearest of a query, `row` of the block, into `found`. */
  select(
    query: number,
    self: number,
    best: BestGroups,
    row: number,
    found: Pick<RuntimeNeighbours, "indices" | "distances">,
  ): void {
    const { indices, distances } = found;
    const { scores, groups } = best;
    const ids = this.#ids;
    const least = this.#kthScore(self, best, row) - this.#rounding;
    const k = this.#k;
    const first = query * k;
    let filled = 0;
    for (let rank = row * this.#groups; rank < (row + 1) * this.#groups; rank++) {
      const start = Number(groups[rank]!) * groupSize;
      for (let member = 0; member < groupSize; member++) {
        if (scores[rank * groupSize + member]! < least) continue;
        const reference = ids[start + member]!;
        if (reference === self || reference === noReference) continue;
        const distance = this.#distance(query, reference);
        let at = first + k - 1;
        if (filled < k) at = first + filled++;
        else if (!isNearer(distance, reference, distances[at]!, indices[at]!)) continue;
        for (; at > first && isNearer(distance, reference, distances[at - 1]!, indices[at - 1]!); at--) {
          distances[at] = distances[at - 1]!;
          indices[at] = indices[at - 1]!;
        }
        distances[at] = distance;
        indices[at] = reference;
      }
    }
  }

  #kthScore(self: number, { scores, groups }: BestGroups, row: number): number {
    const ids = this.#ids;
    const greatest = this.#greatest;
    const last = this.#k - 1;
    greatest.fill(Number.NEGATIVE_INFINITY);
    for (let rank = row * this.#groups; rank < (row + 1) * this.#groups; rank++) {
      for (let member = 0; member < groupSize; member++) {
        const score = scores[rank * groupSize + member]!;
        if (score <= greatest[last]!) continue;
        const reference = ids[Number(groups[rank]!) * groupSize + member]!;
        // Groups may be filled up with copies, which are no references.
        if (reference === self || reference === noReference) continue;
        let at = last;
        for (; at > 0 && greatest[at - 1]! < score; at--) greatest[at] = greatest[at - 1]!;
        greatest[at] = score;
      }
    }
    return greatest[last]!;
  }

  /** As float32, so that distances that are written as equal rank by index. */
  #distance(query: number, reference: number): number {
    const { queries, references, dim, scales } = this.#rows;
    const a = query * dim;
    const b = reference * dim;
    if (!scales) return Math.fround(Math.sqrt(squaredDistance(queries, a, references, b, dim)));
    const cosine =
      dot(queries, a, references, b, dim) * scales.queries[query]! * scales.references[reference]!;
    return Math.fround(Math.max(0, 1 - cosine));
  }
}

function isNearer(distance: number, index: number, than: number, thanIndex: number): boolean {
  return distance < than || (distance === than && index < thanIndex);
}

function squaredDistance(x: Float32Array, a: number, y: Float32Array, b: number, dim: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) {
    const difference = x[a + i]! - y[b + i]!;
    sum += difference * difference;
  }
  return sum;
}
