import type { NeighbourMetric } from "./runtimeNeighbours.ts";

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
  for (let q = 0; q < queryCount; q++) {
    const all: { reference: number; distance: number }[] = [];
    for (let r = 0; r < count; r++) {
      if (leaveOut && r === q) continue;
      let [dot, qq, rr, squares] = [0, 0, 0, 0];
      for (let i = 0; i < dim; i++) {
        const a = queries[q * dim + i]!;
        const b = references[r * dim + i]!;
        dot += a * b;
        qq += a * a;
        rr += b * b;
        squares += (a - b) ** 2;
      }
      const distance = metric === "cosine" ? 1 - dot / Math.sqrt(qq * rr) : Math.sqrt(squares);
      all.push({ reference: r, distance: Math.fround(Math.max(0, distance)) });
    }
    all.sort((a, b) => a.distance - b.distance || a.reference - b.reference);
    for (let rank = 0; rank < k; rank++) {
      indices[q * k + rank] = all[rank]!.reference;
      distances[q * k + rank] = all[rank]!.distance;
    }
  }
  return { indices, distances };
}
