import type { Rng } from "kindred";

/** Two pictures, and what is said of them: 1 for alike, 0 for not alike. */
export interface LessonPair {
  readonly anchor: number;
  readonly other: number;
  readonly target: 0 | 1;
}

/** Some rows of each class, the first of the set, classes ascending. */
export function samplesByClass(labels: Int32Array, each: number): { label: number; rows: number[] }[] {
  const samples = new Map<number, number[]>();
  for (const [row, label] of labels.entries()) {
    const rows = samples.get(label);
    if (!rows) samples.set(label, [row]);
    else if (rows.length < each) rows.push(row);
  }
  return [...samples].map(([label, rows]) => ({ label, rows })).sort((a, b) => a.label - b.label);
}

/** Tries at a partner before there is held to be none. */
const mostTries = 1000;

/** Anchors each with a positive or a negative drawn for it; fewer where a class has one picture only, or there is one class. */
export function drawnPairs(labels: Int32Array, target: 0 | 1, count: number, rng: Rng): LessonPair[] {
  const pairs: LessonPair[] = [];
  if (labels.length < 2) return pairs;
  for (let at = 0; at < count; at++) {
    const anchor = rng.int(labels.length);
    for (let attempt = 0; attempt < mostTries; attempt++) {
      const other = rng.int(labels.length);
      if (other === anchor || (labels[other] === labels[anchor]) !== (target === 1)) continue;
      pairs.push({ anchor, other, target });
      break;
    }
  }
  return pairs;
}

/** The cosine similarity of two rows of unit length, `[count, dim]`. */
export function rowSimilarity(embeddings: Float32Array, dim: number, a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) sum += embeddings[a * dim + i]! * embeddings[b * dim + i]!;
  return Math.min(1, Math.max(-1, sum));
}

/** The loss of a pair, `(cos - target)²`. */
export function pairLoss(similarity: number, target: 0 | 1): number {
  return (similarity - target) ** 2;
}
