import { Pacer } from "../base/pacer.ts";
import { dot } from "../base/unitRows.ts";

/**
 * The part of the rows whose nearest other row by cosine is of their class; equally near ones go to the lower row. 0 for
 * a single row.
 *
 * @param units `[count, dim]`, of unit length
 * @param labels `[count]`
 * @throws AbortedError when stopped by the signal.
 */
export async function leaveOneOutAccuracy(
  units: Float32Array,
  labels: Int32Array,
  dim: number,
  signal?: AbortSignal,
): Promise<number> {
  const count = labels.length;
  const best = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const nearest = new Int32Array(count).fill(-1);
  const pacer = new Pacer(signal);
  const similarities = new Float64Array(count);
  for (let row = 1; row < count; row++) {
    if (pacer.due()) await pacer.pause();
    similaritiesBelow(units, row, dim, similarities);
    for (let other = 0; other < row; other++) {
      const similarity = similarities[other]!;
      if (similarity > best[row]!) {
        best[row] = similarity;
        nearest[row] = other;
      }
      if (similarity > best[other]!) {
        best[other] = similarity;
        nearest[other] = row;
      }
    }
  }
  let right = 0;
  for (let row = 0; row < count; row++) {
    const other = nearest[row]!;
    if (other >= 0 && labels[other] === labels[row]) right++;
  }
  return count > 0 ? right / count : 0;
}

/** Those of a row with all before it; four at a time, which takes half the time of one by one. */
function similaritiesBelow(units: Float32Array, row: number, dim: number, similarities: Float64Array): void {
  const start = row * dim;
  let other = 0;
  for (; other + 4 <= row; other += 4) {
    const [a, b, c, d] = [other * dim, (other + 1) * dim, (other + 2) * dim, (other + 3) * dim] as const;
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
    for (let i = 0; i < dim; i++) {
      const value = units[start + i]!;
      sumA += value * units[a + i]!;
      sumB += value * units[b + i]!;
      sumC += value * units[c + i]!;
      sumD += value * units[d + i]!;
    }
    similarities[other] = sumA;
    similarities[other + 1] = sumB;
    similarities[other + 2] = sumC;
    similarities[other + 3] = sumD;
  }
  for (; other < row; other++) similarities[other] = dot(units, start, units, other * dim, dim);
}
