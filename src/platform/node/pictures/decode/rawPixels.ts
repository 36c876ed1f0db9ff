/** Pixels of a decoded picture. */
export interface RawPixels {
  /** `[height, width, channels]`, 0 to 255, or 0 to 65,535 of two bytes each. */
  readonly data: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  /** Grey; red, green, blue; or those and alpha. */
  readonly channels: 1 | 3 | 4;
}
