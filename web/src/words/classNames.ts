import { capital, rowWord, type Shown } from "./itemWords.ts";

/** Names of classes by label; null where they are called by their numbers. */
export type ClassNames = readonly string[] | null;

/** What a class is called: its name, or else its number. */
export function classText(names: ClassNames, label: number): string {
  return names?.[label] ?? String(label);
}

/** The same where it stands alone: `sneaker`, or `Class 7`. */
export function classTitle(names: ClassNames, label: number): string {
  return names?.[label] ?? `Class ${label}`;
}

/** What a row is called: `Picture 12, class sneaker`, and its number alone where labels mean nothing. */
export function rowTitle(
  run: (Shown & { readonly labelled: boolean; readonly classNames: ClassNames }) | null,
  labels: Int32Array | null,
  row: number,
): string {
  const label = labels?.[row];
  const name = `${capital(rowWord(run, row))} ${row}`;
  if (!run?.labelled || label === undefined) return name;
  return `${name}, class ${classText(run.classNames, label)}`;
}

/** The last part of a path, which people know an item by. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The places of the names that hold what is looked for, whatever its case; all where that is nothing. */
export function matching(names: readonly string[], wanted: string): number[] {
  const text = wanted.trim().toLowerCase();
  return [...names.keys()].filter((place) => names[place]!.toLowerCase().includes(text));
}
