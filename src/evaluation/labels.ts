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
 * The queries whose label no reference but themselves has: whatever is found for them is wrong, so they are left out of the
 * metrics, and whoever shows these should say how many they are.
 *
 * @param selfIndex the reference that *is* query i, or -1. Default: none is.
 */
export function queriesWithoutReferences(
  queryLabels: Labels,
  referenceLabels: Labels,
  selfIndex?: ((query: number) => number) | undefined,
): number[] {
  const counts = new Map<number, number>();
  for (let row = 0; row < referenceLabels.length; row++) {
    counts.set(referenceLabels[row]!, (counts.get(referenceLabels[row]!) ?? 0) + 1);
  }
  const without: number[] = [];
  for (let query = 0; query < queryLabels.length; query++) {
    const self = selfIndex?.(query) ?? -1;
    const itself = self >= 0 && referenceLabels[self] === queryLabels[query] ? 1 : 0;
    if ((counts.get(queryLabels[query]!) ?? 0) === itself) without.push(query);
  }
  return without;
}
