/**
 * Red, green, blue and alpha of a picture `[channels, height, width]` of one channel (grey) or three, row by row.
 *
 * @throws RangeError when the bytes are fewer than the picture has.
 */
export function pictureRgba(
  pixels: Uint8Array,
  width: number,
  height: number,
  channels: number,
): Uint8ClampedArray<ArrayBuffer> {
  const area = width * height;
  if (pixels.length < area * channels) {
    throw new RangeError(
      `${pixels.length} bytes are no picture of ${width} x ${height} with ${channels} channels`,
    );
  }
  const rgba = new Uint8ClampedArray(area * 4);
  const green = channels >= 3 ? area : 0;
  const blue = channels >= 3 ? 2 * area : 0;
  for (let at = 0; at < area; at++) {
    rgba[4 * at] = pixels[at]!;
    rgba[4 * at + 1] = pixels[green + at]!;
    rgba[4 * at + 2] = pixels[blue + at]!;
    rgba[4 * at + 3] = 255;
  }
  return rgba;
}
