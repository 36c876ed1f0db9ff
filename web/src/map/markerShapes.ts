import type { ShownModality } from "kindred/workspace";

/** Shapes in the order in which the map numbers them, by the names of the report's marker symbols; the last is for modalities alone. */
export const markerShapes = ["circle", "diamond", "square", "cross", "x", "triangle"] as const;
export type MarkerShape = (typeof markerShapes)[number];

const ofModalities: Readonly<Record<string, MarkerShape>> = { text: "diamond", audio: "triangle" };

/** The shape of a modality's points, where there are several modalities. */
export function shapeOfModality(modality: string): MarkerShape {
  return ofModalities[modality] ?? "circle";
}

/** Each row's shape by its modality, `[rows]`. */
export function modalityShapes(modalities: readonly ShownModality[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    modalities.flatMap(({ modality, count }) =>
      new Array<number>(count).fill(markerShapes.indexOf(shapeOfModality(modality))),
    ),
  );
}

/** Paths of the shapes in a box of 16 by 16. */
export const shapePaths: Readonly<Record<MarkerShape, string>> = {
  circle: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11z",
  diamond: "M8 1L15 8L8 15L1 8z",
  square: "M2.5 2.5h11v11h-11z",
  cross: "M5.6 1h4.8v4.6H15v4.8h-4.6V15H5.6v-4.6H1V5.6h4.6z",
  triangle: "M8 1.5L15 13.5L1 13.5z",
  x: "M4.5 1.2L8 4.7l3.5-3.5l3.3 3.3L11.3 8l3.5 3.5l-3.3 3.3L8 11.3l-3.5 3.5l-3.3-3.3L4.7 8L1.2 4.5z",
};
