/** Pictures `[count, channels, height, width]`, bytes or floats: an {@link ImageDataset} is one. */
export interface Pictures {
  readonly pixels: Uint8Array | Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Where a picture is read for each place of the result: `(yy y + yx x + y0, xy y + xx x + x0)`, in pixels. */
export interface AffineMap {
  readonly yy: number;
  readonly yx: number;
  readonly xy: number;
  readonly xx: number;
  readonly y0: number;
  readonly x0: number;
}

/** How far from its place each pixel is read besides, in pixels: each `[height, width]`. */
export interface Displacement {
  readonly y: Float32Array;
  readonly x: Float32Array;
}

/** What a picture is turned by, about its middle: first enlarged and rotated, then shifted. */
export interface Motion {
  /** Radians, counter-clockwise as seen. */
  readonly angle: number;
  /** Above 1 enlarges. */
  readonly factor: number;
  /** Pixels downward. */
  readonly down: number;
  /** Pixels to the right. */
  readonly right: number;
}

/** The inverse of a motion: for each place of the result, where it came from. */
export function inverseMap(motion: Motion, height: number, width: number): AffineMap {
  const { angle, factor, down, right } = motion;
  const [cos, sin] = [Math.cos(angle) / factor, Math.sin(angle) / factor];
  // Rows run downward, so that turning counter-clockwise as seen takes (y, x) to (y cos - x sin, y sin + x cos).
  const [cy, cx] = [(height - 1) / 2, (width - 1) / 2];
  const [y, x] = [cy + down, cx + right];
  return { yy: cos, yx: sin, xy: -sin, xx: cos, y0: cy - (cos * y + sin * x), x0: cx - (cos * x - sin * y) };
}

/**
 * Reads one picture at the places that a map gives, each the bilinear mean of the four pixels around it, in one pass;
 * beyond its edges a picture goes on with the background. Same as scipy's `affine_transform` and `map_coordinates`
 * with `order=1, mode="grid-constant"`.
 *
 * @param out Receives `[channels, height, width]` from `offset` on.
 * @param row Which of the pictures.
 */
export function resample(
  out: Float32Array,
  offset: number,
  pictures: Pictures,
  row: number,
  map: AffineMap,
  displacement: Displacement | null,
  background: number,
): void {
  const { pixels, channels, height, width } = pictures;
  const { yy, yx, xy, xx, y0, x0 } = map;
  const area = height * width;
  for (let channel = 0; channel < channels; channel++) {
    const from = (row * channels + channel) * area;
    const to = offset + channel * area;
    for (let y = 0, place = 0; y < height; y++) {
      const [rowY, rowX] = [yy * y + y0, xy * y + x0];
      for (let x = 0; x < width; x++, place++) {
        let sourceY = rowY + yx * x;
        let sourceX = rowX + xx * x;
        if (displacement !== null) {
          sourceY += displacement.y[place]!;
          sourceX += displacement.x[place]!;
        }
        const top = Math.floor(sourceY);
        const left = Math.floor(sourceX);
        const down = sourceY - top;
        const right = sourceX - left;
        let [a, b, c, d] = [background, background, background, background];
        if (top >= 0 && left >= 0 && top < height - 1 && left < width - 1) {
          const at = from + top * width + left;
          a = pixels[at]!;
          b = pixels[at + 1]!;
          c = pixels[at + width]!;
          d = pixels[at + width + 1]!;
        } else if (top >= -1 && left >= -1 && top < height && left < width) {
          const at = from + top * width + left;
          const [hasTop, hasBottom] = [top >= 0, top < height - 1];
          const [hasLeft, hasRight] = [left >= 0, left < width - 1];
          if (hasTop && hasLeft) a = pixels[at]!;
          if (hasTop && hasRight) b = pixels[at + 1]!;
          if (hasBottom && hasLeft) c = pixels[at + width]!;
          if (hasBottom && hasRight) d = pixels[at + width + 1]!;
        }
        const upper = a + right * (b - a);
        const lower = c + right * (d - c);
        out[to + place] = upper + down * (lower - upper);
      }
    }
  }
}
