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

/** What a picture is turned by, about its middle: first enlarged, slanted and rotated, then shifted. */
export interface Motion {
  /** Radians, counter-clockwise as seen. */
  readonly angle: number;
  /** Above 1 enlarges. */
  readonly factor: number;
  /** Pixels downward. */
  readonly down: number;
  /** Pixels to the right. */
  readonly right: number;
  /** Pixels to the right for each pixel upward, as italics lean. Default 0. */
  readonly slant?: number;
}

/** A part of a picture, in pixels from its upper left corner. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The inverse of a motion: for each place of the result, where it came from. */
export function inverseMap(motion: Motion, height: number, width: number): AffineMap {
  const { angle, factor, down, right, slant = 0 } = motion;
  const [cos, sin] = [Math.cos(angle) / factor, Math.sin(angle) / factor];
  // Rows run downward, so that turning counter-clockwise as seen takes (y, x) to (y cos - x sin, y sin + x cos).
  const [cy, cx] = [(height - 1) / 2, (width - 1) / 2];
  const [y, x] = [cy + down, cx + right];
  const [xy, xx] = [slant * cos - sin, cos + slant * sin];
  return { yy: cos, yx: sin, xy, xx, y0: cy - (cos * y + sin * x), x0: cx - (xy * y + xx * x) };
}

/** The same map with its place looked up in a window that takes up the whole frame, from the other side if mirrored. */
export function throughWindow(
  map: AffineMap,
  { top, left, ...window }: Window,
  mirrored: boolean,
  height: number,
  width: number,
): AffineMap {
  const down = window.height / height;
  const across = ((mirrored ? -1 : 1) * window.width) / width;
  // Pixels are squares about their places: the first one's edge is at -1/2, and the last one's at `width - 1/2`.
  const x0 = mirrored ? left + window.width - 0.5 + across / 2 : left - 0.5 + across / 2;
  return {
    yy: down * map.yy,
    yx: down * map.yx,
    xy: across * map.xy,
    xx: across * map.xx,
    y0: down * map.y0 + top - 0.5 + down / 2,
    x0: across * map.x0 + x0,
  };
}

/**
 * Reads one picture at the places that a map gives, each the bilinear mean of the four pixels around it, in one pass.
 *
 * Beyond its edges a picture goes on with the background, as in scipy's `affine_transform` and `map_coordinates` with
 * `order=1, mode="grid-constant"`; where a window is given, beyond that window's edges with its outermost pixels, as
 * when the window is cut out first and then resized.
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
  window: Window | null = null,
): void {
  const { pixels, channels, height, width } = pictures;
  const { yy, yx, xy, xx, y0, x0 } = map;
  const area = height * width;
  const from = row * channels * area;
  const bounds = window && readableBounds(window, height, width);
  for (let y = 0, place = 0; y < height; y++) {
    const [rowY, rowX] = [yy * y + y0, xy * y + x0];
    for (let x = 0; x < width; x++, place++) {
      let sourceY = rowY + yx * x;
      let sourceX = rowX + xx * x;
      if (displacement !== null) {
        sourceY += displacement.y[place]!;
        sourceX += displacement.x[place]!;
      }
      if (bounds !== null) {
        sourceY = Math.min(Math.max(sourceY, bounds.top), bounds.bottom);
        sourceX = Math.min(Math.max(sourceX, bounds.left), bounds.right);
      }
      const top = Math.floor(sourceY);
      const left = Math.floor(sourceX);
      const down = sourceY - top;
      const right = sourceX - left;
      if (top >= 0 && left >= 0 && top < height - 1 && left < width - 1) {
        let at = from + top * width + left;
        for (let to = offset + place; to < offset + channels * area; to += area, at += area) {
          const [a, b, c, d] = [pixels[at]!, pixels[at + 1]!, pixels[at + width]!, pixels[at + width + 1]!];
          const upper = a + right * (b - a);
          const lower = c + right * (d - c);
          out[to] = upper + down * (lower - upper);
        }
        continue;
      }
      const inside = top >= -1 && left >= -1 && top < height && left < width;
      const [hasTop, hasBottom] = [inside && top >= 0, inside && top < height - 1];
      const [hasLeft, hasRight] = [inside && left >= 0, inside && left < width - 1];
      let at = from + top * width + left;
      for (let to = offset + place; to < offset + channels * area; to += area, at += area) {
        const a = hasTop && hasLeft ? pixels[at]! : background;
        const b = hasTop && hasRight ? pixels[at + 1]! : background;
        const c = hasBottom && hasLeft ? pixels[at + width]! : background;
        const d = hasBottom && hasRight ? pixels[at + width + 1]! : background;
        const upper = a + right * (b - a);
        const lower = c + right * (d - c);
        out[to] = upper + down * (lower - upper);
      }
    }
  }
}

/** The outermost places of a window that may be read, within the picture. */
function readableBounds({ top, left, ...window }: Window, height: number, width: number) {
  const within = (place: number, most: number): number => Math.min(Math.max(place, 0), most);
  return {
    top: within(top, height - 1),
    left: within(left, width - 1),
    bottom: within(top + window.height - 1, height - 1),
    right: within(left + window.width - 1, width - 1),
  };
}
