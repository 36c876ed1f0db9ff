import { counted } from "../base/listed.ts";

/** Pairs a batch, from which on equal captions are worth a word: one in ten batches. */
const worthSaying = 0.1;

/**
 * How many pairs of rows with equal captions, which are no positives of one another, a batch holds on average: those that the
 * loss would hold against each other though they say the same. Batches are drawn uniformly from the rows:
 *
 * `pairs * batch (batch - 1) / (rows (rows - 1))`
 *
 * @param captions `[rows]`, a number for each text; below 0 where a row has none
 * @param groups `[rows]`, the group of each row, whose rows are positives of one another
 */
export function expectedRepeats(captions: Int32Array, groups: Int32Array, batchSize: number): number {
  const { count } = repeated(captions, groups);
  const rows = captions.length;
  const batch = Math.min(batchSize, rows);
  return rows < 2 ? 0 : (count * batch * (batch - 1)) / (rows * (rows - 1));
}

/**
 * A warning where a batch can hold equal captions that nothing masks, as of {@link expectedRepeats}.
 *
 * @returns null where fewer than one in ten batches holds such a pair
 */
export function repeatedCaptionsWarning(
  captions: Int32Array,
  groups: Int32Array,
  batchSize: number,
): string | null {
  const expected = expectedRepeats(captions, groups, batchSize);
  if (expected < worthSaying) return null;
  const { texts } = repeated(captions, groups);
  const pairs = expected < 10 ? expected.toFixed(1) : Math.round(expected).toLocaleString("en");
  return `${counted(texts, "caption stands", "captions stand")} at several rows that do not belong together: a batch of ${batchSize} holds ${pairs} pairs of equal captions on average, and the loss drives them apart; give rows of one caption one label`;
}

/** Pairs of rows with one caption in different groups, and the captions that they have. */
function repeated(captions: Int32Array, groups: Int32Array): { count: number; texts: number } {
  const groupsOf = new Map<number, Map<number, number>>();
  for (const [row, caption] of captions.entries()) {
    if (caption < 0) continue;
    const counts = groupsOf.get(caption) ?? new Map<number, number>();
    groupsOf.set(caption, counts);
    counts.set(groups[row]!, (counts.get(groups[row]!) ?? 0) + 1);
  }
  let [count, texts] = [0, 0];
  for (const counts of groupsOf.values()) {
    if (counts.size < 2) continue;
    texts++;
    const all = [...counts.values()].reduce((sum, n) => sum + n);
    count += [...counts.values()].reduce((sum, n) => sum + n * (all - n), 0) / 2;
  }
  return { count, texts };
}
