import type { NeighbourMetric } from "./exactNeighbours.ts";

/** The definition, in float64: sort all references by distance as float32, then by index. */
export function bruteForce(
  queries: Float32Array,
  references: Float32Array,
  dim: number,
  k: number,
  metric: NeighbourMetric,
  leaveOut: boolean,
): { indices: Uint32Array; distances: Float32Array } {
  const [queryCount, count] = [queries.length / dim, references.length / dim];
  const indices = new Uint32Array(queryCount * k);
  const distances = new Float32Array(queryCount * k);
  const all = new Float32Array(count);
  for (let q = 0; q < queryCount; q++) {
    for (let r = 0; r < count; r++) {
      let [dot, qq, rr, squares] = [0, 0, 0, 0];
      for (let i = 0; i < dim; i++) {
        const a = queries[q * dim + i]!;
        const b = references[r * dim + i]!;
        dot += a * b;
        qq += a * a;
        rr += b * b;
        squares += (a - b) ** 2;
      }
      all[r] = Math.max(0, metric === "cosine" ? 1 - dot / Math.sqrt(qq * rr) : Math.sqrt(squares));
    }
    if (leaveOut) all[q] = Number.POSITIVE_INFINITY;
    // Who is further than the k-th is not among them, and need not be sorted.
    const furthest = all.toSorted()[k - 1]!;
    const near = [...all.keys()].filter((r) => all[r]! <= furthest);
    near.sort((a, b) => all[a]! - all[b]! || a - b);
    indices.set(near.slice(0, k), q * k);
    distances.set(
      near.slice(0, k).map((r) => all[r]!),
      q * k,
    );
  }
  return { indices, distances };
}
