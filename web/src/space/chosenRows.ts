import type { StyledClasses } from "kindred/workspace";

/** What is told of some pictures chosen together. */
export interface ChosenSummary {
  readonly count: number;
  /** Classes among them, the largest first. */
  readonly classes: readonly { readonly place: number; readonly count: number }[];
  /** Part whose nearest other picture is of their class; null where that is not known. */
  readonly accuracy: number | null;
  /** Some of them, spread evenly. */
  readonly examples: Uint32Array;
}

const mostExamples = 20;

export function chosenSummary(
  rows: Uint32Array,
  { styles, of }: StyledClasses,
  wrong: Uint8Array | null,
): ChosenSummary {
  const counts = new Uint32Array(styles.length);
  let right = 0;
  for (const row of rows) {
    counts[of[row]!]! += 1;
    if (wrong?.[row] === 0) right++;
  }
  const classes = Array.from(counts, (count, place) => ({ place, count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  const shown = Math.min(mostExamples, rows.length);
  const examples = Uint32Array.from(
    { length: shown },
    (_, i) => rows[Math.floor((i * rows.length) / shown)]!,
  );
  return {
    count: rows.length,
    classes,
    accuracy: wrong && rows.length > 0 ? right / rows.length : null,
    examples,
  };
}
