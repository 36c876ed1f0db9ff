import type { ShownModality, StyledClasses } from "kindred/workspace";
import type { Theme } from "../parts/theme.ts";
import type { NearestOthers } from "../session/spaceData.ts";
import { driftTop, scaleColour } from "./driftScale.ts";
import { markerShapes, modalityShapes } from "./markerShapes.ts";

export type Colouring = "label" | "none" | "correctness" | "drift";

/** What points can be coloured by: without labels there is no class and nothing that is right. */
export function colouringsOf(labelled: boolean): readonly Colouring[] {
  return labelled ? ["label", "correctness", "drift"] : ["none", "drift"];
}

/** What decides a point's colour. */
export interface ColouringInput {
  readonly by: Colouring;
  readonly theme: Theme;
  readonly classes: StyledClasses;
  /** Of each class, by its place in `classes.styles`. */
  readonly shown: readonly boolean[];
  /** In the order of the rows. */
  readonly modalities: readonly ShownModality[];
  /** Names of modalities that are put away. */
  readonly away: ReadonlySet<string>;
  /** `[count]`, 1 where the nearest other row is of another class; null where that is not known yet. */
  readonly wrong: Uint8Array | null;
  readonly drift: Float32Array;
  /** Rows that stand out, the others fading; null for all alike. */
  readonly chosen: Uint32Array | null;
  /** `rgb` of what is right and of what is wrong. */
  readonly right: readonly [number, number, number];
  readonly bad: readonly [number, number, number];
}

export interface PointLooks {
  /** `[count, 4]` */
  readonly colours: Uint8Array;
  /** `[count]`, see `MapView`. */
  readonly shapes: Float32Array;
}

const opaque = 225;
const faint = 38;
/** Added to a shape for a point that lies over the others. */
const onTop = 8;

/** Colours and shapes of all points. */
export function pointLooks(input: ColouringInput): PointLooks {
  const { by, theme, classes, shown, modalities, away, wrong, drift, chosen, right, bad } = input;
  const count = classes.of.length;
  const colours = new Uint8Array(4 * count);
  const shapes = new Float32Array(count);
  const byClass = classes.styles.map(({ colour }) => rgbOf(colour));
  const shapeOf = classes.styles.map(({ symbol }) => markerShapes.indexOf(symbol));
  const top = by === "drift" ? driftTop(drift) : 1;
  const steps = by === "drift" ? Array.from({ length: 64 }, (_, i) => scaleColour(theme, i / 63)) : [];
  const isChosen = chosen && markOf(chosen, count);
  // Where there are several modalities a shape tells which, whatever the colours tell.
  const ofModality = modalities.length > 1 ? modalityShapes(modalities) : null;
  const hidden = awayRows(modalities, away, count);
  for (let row = 0; row < count; row++) {
    const place = classes.of[row]!;
    if (!shown[place] || hidden?.[row] === 1) continue;
    let rgb: readonly [number, number, number] = byClass[place]!;
    let alpha = opaque;
    let over = false;
    shapes[row] = shapeOf[place]!;
    if (by === "correctness") {
      over = wrong?.[row] === 1;
      rgb = over ? bad : right;
      alpha = over ? 255 : 110;
      shapes[row] = over ? 1 : 0;
    } else if (by === "drift") {
      const part = Math.min(1, drift[row]! / top);
      rgb = steps[Math.round(part * 63)]!;
      over = part > 0.6;
    }
    if (isChosen) {
      over = isChosen[row] === 1;
      if (!over) alpha = faint;
    }
    colours[4 * row] = rgb[0];
    colours[4 * row + 1] = rgb[1];
    colours[4 * row + 2] = rgb[2];
    colours[4 * row + 3] = alpha;
    if (ofModality) shapes[row] = ofModality[row]!;
    if (over) shapes[row] = shapes[row]! + onTop;
  }
  return { colours, shapes };
}

/** `[count]`, 1 for rows of the modalities that are put away; null where none is. */
export function awayRows(
  modalities: readonly ShownModality[],
  away: ReadonlySet<string>,
  count: number,
): Uint8Array | null {
  if (away.size === 0) return null;
  const rows = new Uint8Array(count);
  let from = 0;
  for (const { modality, count: many } of modalities) {
    if (away.has(modality)) rows.fill(1, from, from + many);
    from += many;
  }
  return rows;
}

/** `[count]`, 1 where the nearest other row is of another class. */
export function wrongRows(labels: Int32Array, { rows, k }: NearestOthers): Uint8Array {
  return Uint8Array.from(labels, (label, row) => (labels[rows[row * k]!] === label ? 0 : 1));
}

/** `#rrggbb` as three numbers. */
export function rgbOf(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function markOf(rows: Uint32Array, count: number): Uint8Array {
  const mark = new Uint8Array(count);
  for (const row of rows) mark[row] = 1;
  return mark;
}
