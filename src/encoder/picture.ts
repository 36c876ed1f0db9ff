/** Pixels in memory; an `ImageData` is one. */
export interface RawPicture {
  /** Bytes `[height, width, channels]`: grey, grey and alpha, red green blue, or those and alpha. */
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** Default: as many bytes as there are for a pixel. */
  readonly channels?: 1 | 2 | 3 | 4;
}

/** A picture file's bytes as a `Blob` or `File`. */
export interface PictureBlob {
  readonly size: number;
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What a browser can draw: an `ImageBitmap`, a canvas, or an `<img>` that has been loaded. */
export type DrawnPicture = { readonly width: number; readonly height: number } & (
  | { close(): void }
  | { getContext: unknown }
  | { decode(): Promise<void> }
);

/**
 * A picture: a path (in Node) or URL of a file, a file's bytes, pixels, or, in a browser, what can be drawn. Files may be of
 * any format that sharp reads in Node, or that the browser shows.
 */
export type Picture = string | URL | Uint8Array | ArrayBuffer | PictureBlob | RawPicture | DrawnPicture;
