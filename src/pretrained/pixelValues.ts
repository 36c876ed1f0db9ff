import type { Ports } from "../data/column.ts";
import type { PictureInput } from "./manifest.ts";
import { pilResample, type RgbPicture } from "./pilResample.ts";

/**
 * Pictures as a pretrained tower takes them: resized, cut, `(byte · scale - mean) / std`, as transformers' image processors
 * do it with Pillow.
 *
 * @returns the input's port, float32 `[pictures, 3, height, width]`
 */
export function pixelValues(pictures: readonly RgbPicture[], input: PictureInput): Ports {
  const prepared = pictures.map((picture) => cropped(resized(picture, input), input.crop));
  const { width, height } = prepared[0]!;
  const area = width * height;
  const data = new Float32Array(prepared.length * 3 * area);
  const { scale, mean, std } = input;
  for (const [row, picture] of prepared.entries()) {
    for (let channel = 0; channel < 3; channel++) {
      const from = (row * 3 + channel) * area;
      for (let i = 0; i < area; i++) {
        data[from + i] = (picture.data[3 * i + channel]! * scale - mean[channel]!) / std[channel]!;
      }
    }
  }
  return { [input.port]: { dtype: "float32", shape: [prepared.length, 3, height, width], data } };
}

function resized(picture: RgbPicture, { resize, resample }: PictureInput): RgbPicture {
  if (!resize) return picture;
  if (!("edge" in resize)) return pilResample(picture, resize, resample);
  const { width, height } = picture;
  const { edge } = resize;
  const longer = Math.floor((edge * Math.max(width, height)) / Math.min(width, height));
  return pilResample(
    picture,
    width <= height ? { width: edge, height: longer } : { width: longer, height: edge },
    resample,
  );
}

function cropped(picture: RgbPicture, crop: PictureInput["crop"]): RgbPicture {
  if (!crop) return picture;
  const { width, height } = crop;
  // Of an odd rest the larger half is cut off at the end, and padded at the beginning.
  const left = Math.floor((picture.width - width) / 2);
  const top = Math.floor((picture.height - height) / 2);
  const data = new Uint8Array(width * height * 3);
  for (let y = Math.max(0, -top); y < Math.min(height, picture.height - top); y++) {
    const from = Math.max(0, -left);
    const to = Math.min(width, picture.width - left);
    const row = (y + top) * picture.width + left;
    data.set(picture.data.subarray((row + from) * 3, (row + to) * 3), (y * width + from) * 3);
  }
  return { data, width, height };
}
