import { InputError } from "../base/index.ts";
import { classColours, darkClassColours } from "./classColours.ts";

/** Shapes of markers, by the names that Plotly has for them in two and in three dimensions. */
export const markerSymbols = ["circle", "diamond", "square", "cross", "x"] as const;
export type MarkerSymbol = (typeof markerSymbols)[number];

/** How one class is shown. */
export interface ClassStyle {
  readonly label: number;
  /** What people call it: its name, or else its number. */
  readonly name: string;
  /** Rows of the class. */
  readonly count: number;
  /** `#rrggbb` */
  readonly colour: string;
  readonly symbol: MarkerSymbol;
}

/** The classes of some rows, ascending by label, each with a colour and a marker of its own. */
export interface StyledClasses {
  readonly styles: readonly ClassStyle[];
  /** The place of each row's class in `styles`, `[rows]`. */
  readonly of: Uint16Array<ArrayBuffer>;
}

/** What colours are seen on: a light ground (which does for near-black too, at less contrast), or a dark one. */
export type Ground = "light" | "dark";

/**
 * Styles for labels: the first ten classes differ in colour, further tens take the same colours with another marker;
 * from the fifty-first on, styles repeat.
 *
 * @param names of the classes by label; null for their numbers
 * @throws InputError when there are more than 65,536 classes.
 */
export function styleClasses(
  labels: Int32Array,
  ground: Ground = "light",
  names: readonly string[] | null = null,
): StyledClasses {
  const colours = ground === "dark" ? darkClassColours : classColours;
  const counts = new Map<number, number>();
  for (const label of labels.toSorted()) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (counts.size > 65_536) {
    throw new InputError(`${counts.size} classes cannot be told apart in a plot, expected at most 65,536`);
  }
  const styles = [...counts].map(
    ([label, count], index): ClassStyle => ({
      label,
      name: names?.[label] ?? String(label),
      count,
      colour: colours[index % colours.length]!,
      symbol: markerSymbols[Math.floor(index / colours.length) % markerSymbols.length]!,
    }),
  );
  const place = new Map(styles.map(({ label }, index) => [label, index]));
  return { styles, of: Uint16Array.from(labels, (label) => place.get(label)!) };
}
