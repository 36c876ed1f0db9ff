/** Which number each class of a data set has. */
export interface ClassNumbers {
  /** The label of a name that was among those numbered. */
  labelOf(name: string): number;
  /** Names by label; null where the names are the numbers. */
  readonly classes: readonly string[] | null;
}

/** A label as it would be printed: no sign, no leading zeros, within an int32. */
const number = /^(?:0|[1-9]\d{0,8})$/;

/**
 * Numbers for the names of classes. Names that are all whole numbers, as of digits, stay themselves; others are
 * counted from 0 in the order of their code points, after those that are known already, such as a run's.
 *
 * @param known names by label that keep their numbers
 */
export function numberClasses(names: Iterable<string>, known: readonly string[] | null = null): ClassNumbers {
  const distinct = new Set(names);
  if (known === null && [...distinct].every((name) => number.test(name))) {
    return { labelOf: Number, classes: null };
  }
  const before = new Set(known);
  const added = [...distinct].filter((name) => !before.has(name)).sort(byCodePoint);
  const classes = [...(known ?? []), ...added];
  const labels = new Map(classes.map((name, label) => [name, label]));
  return { labelOf: (name) => labels.get(name)!, classes };
}

/** The same order on every machine, whatever its language. */
export function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
