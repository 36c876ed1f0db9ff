import { renderPng } from "./canvas.ts";

/**
 * A PNG image of red, green and blue.
 *
 * @param planes red, green and blue, `[height, width]` each, 0 to 255
 * @throws KindredError when the canvas is not installed.
 */
export function encodeColourPng(
  planes: readonly Uint8Array[],
  width: number,
  height: number,
): Promise<Uint8Array> {
  return renderPng(width, height, (context) => {
    const image = context.createImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let channel = 0; channel < 3; channel++) image.data[4 * i + channel] = planes[channel]![i]!;
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  });
}
