import { InputError } from "../base/index.ts";
import { dot, unitRows } from "../base/unitRows.ts";
import { memberships } from "../projection/umap/fuzzyGraph.ts";
import { smoothKnn } from "../projection/umap/smoothKnn.ts";

/** Rows nearest first. */
export interface NearestRows {
  /** `[k]` */
  readonly rows: Uint32Array;
  /** Cosine, `[k]`. */
  readonly similarity: Float32Array;
}

/**
 * The `k` rows most similar to a query by cosine, by comparing with all; equals by lower row.
 *
 * @param query `[dim]`, of any length but 0
 * @param embeddings `[count, dim]`, of unit length
 * @param k clamped to the number of rows
 * @param among whether a row may be among them. Default: all may
 * @throws InputError when the query is not finite, or sizes do not fit.
 */
export function nearestOf(
  query: Float32Array,
  embeddings: Float32Array,
  k: number,
  among?: (row: number) => boolean,
): NearestRows {
  const dim = query.length;
  if (dim === 0 || embeddings.length % dim !== 0) {
    throw new InputError(`the embeddings hold ${embeddings.length} numbers, expected rows of dim ${dim}`);
  }
  const unit = unitRows(query, dim);
  const count = embeddings.length / dim;
  const kept = Math.min(k, count);
  const rows = new Uint32Array(kept);
  const similarity = new Float32Array(kept).fill(Number.NEGATIVE_INFINITY);
  let found = 0;
  for (let row = 0; row < count && kept > 0; row++) {
    if (among && !among(row)) continue;
    found++;
    const value = Math.fround(dot(embeddings, row * dim, unit, 0, dim));
    if (value <= similarity[kept - 1]!) continue;
    let at = kept - 1;
    for (; at > 0 && similarity[at - 1]! < value; at--) {
      similarity[at] = similarity[at - 1]!;
      rows[at] = rows[at - 1]!;
    }
    similarity[at] = value;
    rows[at] = row;
  }
  const all = Math.min(found, kept);
  return { rows: rows.slice(0, all), similarity: similarity.slice(0, all) };
}

/**
 * Where a new point belongs on a finished map: the mean of its nearest rows' places, weighted by UMAP's membership
 * `exp(-(1 - similarity) / sigma)`, from which UMAP's own transform starts.
 *
 * @param map `[count, dims]`
 * @param dims default 2
 * @returns `[dims]`
 * @throws InputError when there is no neighbour.
 * @see McInnes, Healy and Melville, "UMAP" (2018), https://arxiv.org/abs/1802.03426
 */
export function placeOnMap({ rows, similarity }: NearestRows, map: Float32Array, dims = 2): Float32Array {
  const k = rows.length;
  if (k === 0)
    throw new InputError("a place on the map was asked for without neighbours, expected 1 or more");
  const distances = similarity.map((value) => Math.max(0, 1 - value));
  const neighbours = { count: 1, k, indices: rows, distances };
  // The bandwidth is solved for two neighbours or more; a single one is where the point belongs.
  const weights = k > 1 ? memberships(neighbours, smoothKnn(neighbours, 0), false) : Float32Array.of(1);
  const place = new Float64Array(dims);
  let total = 0;
  for (const [rank, row] of rows.entries()) {
    total += weights[rank]!;
    for (let i = 0; i < dims; i++) place[i]! += weights[rank]! * map[row * dims + i]!;
  }
  return Float32Array.from(place, (value) => value / total);
}

/** The axes of a `points` message. */
export interface Axes {
  /** `[dim]` */
  readonly mean: Float32Array;
  /** `[axes, dim]` */
  readonly components: Float32Array;
}

/**
 * One embedding along the axes of a space: `(x / |x| - mean) componentsᵀ`.
 *
 * @param embedding `[dim]`, of any length but 0
 * @returns `[axes]`
 * @throws InputError when it is not finite, or not of the dim of the axes.
 */
export function projectOnto(embedding: Float32Array, { mean, components }: Axes): Float32Array {
  const dim = embedding.length;
  if (mean.length !== dim) {
    throw new InputError(`an embedding of dim ${dim} was given, expected ${mean.length} as the space has`);
  }
  const offset = unitRows(embedding, dim).map((value, i) => value - mean[i]!);
  return Float32Array.from({ length: components.length / dim }, (_, axis) =>
    dot(offset, 0, components, axis * dim, dim),
  );
}
