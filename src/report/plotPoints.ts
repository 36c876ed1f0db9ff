import { base64 } from "./base64.ts";
import type { ClassStyle, MarkerSymbol, StyledClasses } from "./classStyles.ts";

/** Pictures in sheets: row `i` is the picture `i % perSheet` of sheet `i / perSheet`, line by line of `columns`. */
export interface PictureSheets {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly perSheet: number;
  /** An image each, as a `data:` address. */
  readonly sheets: readonly string[];
}

/** The nearest neighbours of each point in the embedding space, nearest first, the point itself left out. */
export interface PointNeighbours {
  readonly k: number;
  /** `[count, k]` */
  readonly indices: Uint32Array;
  /** Cosine similarities, -1 to 1, `[count, k]`. */
  readonly similarities: Float32Array;
}

/** Labelled points with what is shown of one that is pointed at. */
export interface PlotPoints {
  /** The row of the data set that each point is of, by which people know it, `[count]`; null where that is its own place. */
  readonly rows: Uint32Array | null;
  readonly classes: StyledClasses;
  /** Whether labels mean anything; without them there is no legend, and no neighbour is wrong. */
  readonly labelled: boolean;
  readonly pictures: PictureSheets;
  readonly neighbours: PointNeighbours;
}

/** What the scripts of a page read: typed arrays as base64. */
export function encodePoints(points: PlotPoints, positions: Float32Array, dims: 2 | 3) {
  const { rows, classes, labelled, pictures, neighbours } = points;
  return {
    dims,
    positions: base64(positions),
    rows: rows && base64(rows),
    labelled,
    classes: classes.styles,
    classOf: base64(classes.of),
    pictures,
    neighbours: {
      k: neighbours.k,
      indices: base64(neighbours.indices),
      similarities: base64(neighbours.similarities),
    },
  };
}

/** Markers of a plot. */
export interface Marker {
  /** Diameter in pixels. */
  readonly size: number;
  /** 0 to 1. */
  readonly opacity: number;
  /** What to draw for a circle. */
  readonly circle: MarkerSymbol;
}

/**
 * Markers such that few points are seen and many do not merge. In space a circle is 99 vertices to Plotly and a diamond
 * 29, which of many small points is the difference that is seen.
 */
export function markerFor(count: number, dims: 2 | 3, styles: readonly ClassStyle[]): Marker {
  const size = Math.min(9, Math.max(dims === 2 ? 3 : 2, 60 / Math.cbrt(count)));
  const diamonds = dims === 3 && count > 10_000 && styles.every(({ symbol }) => symbol === "circle");
  return {
    size: Math.round(size * 10) / 10,
    opacity: count > 5000 ? 0.7 : 0.85,
    circle: diamonds ? "diamond" : "circle",
  };
}
