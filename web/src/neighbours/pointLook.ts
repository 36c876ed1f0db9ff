import { type ShownModality, type StyledClasses, styleClasses } from "kindred/workspace";
import { markerShapes, modalityShapes } from "../map/markerShapes.ts";
import type { Theme } from "../parts/theme.ts";

const known: Readonly<Record<Theme, WeakMap<Int32Array, StyledClasses>>> = {
  light: new WeakMap(),
  dark: new WeakMap(),
};

/** The styles of labels on the ground of a theme, made once for an array. */
export function stylesOf(labels: Int32Array, theme: Theme): StyledClasses {
  const styled = known[theme].get(labels) ?? styleClasses(labels, theme);
  known[theme].set(labels, styled);
  return styled;
}

/** The colour of a label's class, `#rrggbb`. */
export function colourOf(labels: Int32Array, label: number, theme: Theme): string {
  return stylesOf(labels, theme).styles.find((style) => style.label === label)?.colour ?? "#888888";
}

/**
 * Red, green, blue and alpha of each point by its class, `[count, 4]`.
 *
 * @param alpha 0 to 255, of points that are not in `strong`
 * @param strong rows that are shown in full
 */
export function pointColours(
  labels: Int32Array,
  theme: Theme,
  alpha: number,
  strong: Iterable<number> = [],
): Uint8Array<ArrayBuffer> {
  const { styles, of } = stylesOf(labels, theme);
  const palette = styles.map(({ colour }) =>
    [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)),
  );
  const colours = new Uint8Array(labels.length * 4);
  for (let row = 0; row < labels.length; row++) {
    const [red, green, blue] = palette[of[row]!]!;
    colours[4 * row] = red!;
    colours[4 * row + 1] = green!;
    colours[4 * row + 2] = blue!;
    colours[4 * row + 3] = alpha;
  }
  for (const row of strong) if (row < labels.length) colours[4 * row + 3] = 255;
  return colours;
}

/**
 * Each point's shape as the map counts them: that of its modality where there are several, else that of its class; null where
 * colours suffice to tell the classes apart.
 */
export function pointShapes(
  labels: Int32Array,
  modalities: readonly ShownModality[] = [],
): Float32Array<ArrayBuffer> | null {
  if (modalities.length > 1) return modalityShapes(modalities);
  const { styles, of } = stylesOf(labels, "light");
  if (styles.every(({ symbol }) => symbol === "circle")) return null;
  return Float32Array.from(of, (style) => markerShapes.indexOf(styles[style]!.symbol));
}
