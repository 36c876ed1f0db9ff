import { KindredError } from "../../../base/index.ts";

/** 16 fraction bits, with one half added for rounding. */
const half = 1 << 15;
const fixed = (value: number): number => Math.round(value * 65536);

// Rec. 709: the weights of red, green and blue in luma, scaled to its 219 steps from 16.
const luma = { red: 0.2126, green: 0.7152, blue: 0.0722 };
const yRed = fixed((luma.red * 219) / 255);
const yGreen = fixed((luma.green * 219) / 255);
const yBlue = fixed((luma.blue * 219) / 255);
// The colour differences (B - Y) / 1.8556 and (R - Y) / 1.5748, scaled to their 224 steps around 128.
const chroma = (weight: number, share: number): number => fixed((weight * 224) / 255 / (2 * (1 - share)));
const uRed = chroma(-luma.red, luma.blue);
const uGreen = chroma(-luma.green, luma.blue);
const uBlue = chroma(1 - luma.blue, luma.blue);
const vRed = chroma(1 - luma.red, luma.red);
const vGreen = chroma(-luma.green, luma.red);
const vBlue = chroma(-luma.blue, luma.red);

/**
 * A picture in I420, as H.264 takes it: luma, then the two colour differences at half the width and height, each the
 * mean of four pixels; Rec. 709, limited range. The encoder's own conversion is of Rec. 601 whatever it is told, and
 * browsers take a film of this size for Rec. 709, so that its colours came out wrong.
 *
 * @param pixels `[height, width, 4]`: red, green, blue, and an alpha that is ignored
 * @param width even, as is the height
 * @see https://www.itu.int/rec/R-REC-BT.709
 */
export function toI420(
  pixels: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  if (width % 2 !== 0 || height % 2 !== 0 || pixels.length !== width * height * 4) {
    throw new KindredError(
      `${pixels.length} bytes are no picture of ${width} x ${height}, expected even sides and ${width * height * 4}`,
    );
  }
  const count = width * height;
  const planes = new Uint8Array(count + count / 2);
  const uStart = count;
  const vStart = count + count / 4;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let corner = 0; corner < 4; corner++) {
        const pixel = (y + (corner >> 1)) * width + x + (corner & 1);
        const r = pixels[pixel * 4]!;
        const g = pixels[pixel * 4 + 1]!;
        const b = pixels[pixel * 4 + 2]!;
        planes[pixel] = 16 + ((yRed * r + yGreen * g + yBlue * b + half) >> 16);
        red += r;
        green += g;
        blue += b;
      }
      const at = (y >> 1) * (width >> 1) + (x >> 1);
      planes[uStart + at] = 128 + ((uRed * red + uGreen * green + uBlue * blue + 4 * half) >> 18);
      planes[vStart + at] = 128 + ((vRed * red + vGreen * green + vBlue * blue + 4 * half) >> 18);
    }
  }
  return planes;
}
