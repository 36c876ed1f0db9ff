import { InputError } from "../base/index.ts";

/** The label of each row: integers, in any array-like. */
export type Labels = ArrayLike<number>;

/** Labels as classes 0 to `count - 1`, numbered by ascending label over all the lists given. */
export interface Classes {
  /** For each list of labels, the class of each row, `[rows]`. */
  readonly of: readonly Int32Array[];
  /** The label of each class, ascending, `[count]`. */
  readonly labels: readonly number[];
  readonly count: number;
}

/**
 * Numbers the labels of several lists in common, so that metrics can count in arrays.
 *
 * @throws InputError when a label is not an integer; the message names the list and the row.
 */
export function classesOf(lists: Readonly<Record<string, Labels>>): Classes {
  const seen = new Set<number>();
  for (const [name, labels] of Object.entries(lists)) {
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row]!;
      if (!Number.isSafeInteger(label)) {
        throw new InputError(`${name}[${row}] is ${label}, expected an integer label`);
      }
      seen.add(label);
    }
  }
  const labels = [...seen].sort((a, b) => a - b);
  const classOf = new Map(labels.map((label, index) => [label, index]));
  const of = Object.values(lists).map((list) => {
    const classes = new Int32Array(list.length);
    for (let row = 0; row < list.length; row++) classes[row] = classOf.get(list[row]!)!;
    return classes;
  });
  return { of, labels, count: labels.length };
}

/**
 * The labels, ascending, that some query has and no reference has: such a query can only be counted wrong, so
 * whoever shows the metrics should say that there are some.
 */
export function labelsWithoutReferences(queryLabels: Labels, referenceLabels: Labels): number[] {
  const known = new Set(Array.from(referenceLabels));
  return [...new Set(Array.from(queryLabels))].filter((label) => !known.has(label)).sort((a, b) => a - b);
}
