import { type ClassStyle, type ShownModality, styleClasses } from "kindred/workspace";
import { awayRows } from "../map/colouring.ts";
import { markerShapes, modalityShapes } from "../map/markerShapes.ts";
import type { Theme } from "../parts/theme.ts";

/** How the points of the live map look: the classes, and by row `colours` `[count, 4]` and `shapes` `[count]`. */
export interface LiveLook {
  readonly styles: readonly ClassStyle[];
  readonly colours: Uint8Array;
  readonly shapes: Float32Array;
}

/**
 * @param hidden labels whose points are not shown
 * @param away modalities whose points are not shown, by name
 */
export function liveLook(
  labels: Int32Array,
  hidden: ReadonlySet<number>,
  theme: Theme,
  modalities: readonly ShownModality[],
  away: ReadonlySet<string>,
): LiveLook {
  const { styles, of } = styleClasses(labels, theme);
  const rgba = styles.map(({ colour, label }) => {
    const value = Number.parseInt(colour.slice(1), 16);
    return [value >> 16, (value >> 8) & 255, value & 255, hidden.has(label) ? 0 : 255];
  });
  const shapeOf = styles.map(({ symbol }) => markerShapes.indexOf(symbol));
  const colours = new Uint8Array(4 * labels.length);
  const several = modalities.length > 1;
  const shapes = several ? modalityShapes(modalities) : new Float32Array(labels.length);
  const put = awayRows(modalities, away, labels.length);
  of.forEach((place, row) => {
    colours.set(rgba[place]!, 4 * row);
    if (!several) shapes[row] = shapeOf[place]!;
    if (put?.[row] === 1) colours[4 * row + 3] = 0;
  });
  return { styles, colours, shapes };
}

/** The first two of three coordinates, `[count, 2]`. */
export function flat(positions: Float32Array): Float32Array {
  const count = positions.length / 3;
  const places = new Float32Array(2 * count);
  for (let row = 0; row < count; row++) {
    places[2 * row] = positions[3 * row]!;
    places[2 * row + 1] = positions[3 * row + 1]!;
  }
  return places;
}
