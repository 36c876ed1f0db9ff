/** An extra point with a name, such as a drawing. */
export interface MapMark {
  readonly x: number;
  readonly y: number;
  readonly z?: number;
  /** Any colour of CSS as `#rrggbb`. */
  readonly colour: string;
  readonly label: string;
}

/** A thin line between two points, by row; `from` may be a mark by `mark`, its place in `marks`. */
export interface MapLink {
  readonly from: number | { readonly mark: number };
  readonly to: number;
  /** `#rrggbb`; the accent colour without it. */
  readonly colour?: string;
}

/** A name written into the map, such as that of a class at its middle. */
export interface MapCaption {
  readonly x: number;
  readonly y: number;
  readonly z?: number;
  readonly text: string;
  readonly colour: string;
}

/** The part of the coordinates that the map shows at first: all of it lies within 1 of the centre after `(p - centre) / radius`. */
export interface MapFrame {
  readonly centre: readonly [number, number, number];
  readonly radius: number;
}

/** Pictures in place of points: an atlas with one cell for each row. */
export interface MapPictures {
  readonly rows: Uint32Array;
  readonly atlas: HTMLCanvasElement;
  /** Cells in a row of the atlas, and the side of a cell in its pixels. */
  readonly across: number;
  readonly cell: number;
  /** Side on the screen, in CSS pixels. */
  readonly size: number;
}

/** What the map shows now. */
export interface MapViewport {
  readonly width: number;
  readonly height: number;
  /** Rows whose points are in view, at most {@link mostListed}; `inView` counts them all. */
  readonly rows: Uint32Array;
  readonly inView: number;
  /** By how much it is nearer than the whole: 1 shows all. */
  readonly magnification: number;
}

export const mostListed = 300;

/** Points on the screen: `[count, 3]` of x and y in CSS pixels and depth, -1 (near) to 1 (far). */
export interface ProjectedPoints {
  readonly width: number;
  readonly height: number;
  readonly places: Float32Array;
}

/** What a map can be asked from outside. */
export interface MapHandle {
  reset(): void;
  /** 2 for twice as near. */
  zoom(factor: number): void;
  /** Moves the view so that the row's point is in the middle, at least so much nearer than the whole. */
  focus(row: number, magnification?: number): void;
  project(): ProjectedPoints;
  viewport(): MapViewport;
}
