/** Shapes in the order in which the map numbers them, by the names of the report's marker symbols. */
export const markerShapes = ["circle", "diamond", "square", "cross", "x"] as const;
export type MarkerShape = (typeof markerShapes)[number];

/** Paths of the shapes in a box of 16 by 16. */
export const shapePaths: Readonly<Record<MarkerShape, string>> = {
  circle: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11z",
  diamond: "M8 1L15 8L8 15L1 8z",
  square: "M2.5 2.5h11v11h-11z",
  cross: "M5.6 1h4.8v4.6H15v4.8h-4.6V15H5.6v-4.6H1V5.6h4.6z",
  x: "M4.5 1.2L8 4.7l3.5-3.5l3.3 3.3L11.3 8l3.5 3.5l-3.3 3.3L8 11.3l-3.5 3.5l-3.3-3.3L4.7 8L1.2 4.5z",
};
