import { describe, expect, it } from "vitest";
import { pictureHeader } from "../../modality/image/fit/pictureHeader.ts";
import { createCanvas } from "./figures/canvas.ts";
import { decodePicture } from "./pictures/decode/uploads.ts";

/** A BMP of 24 bits, all of it blue, its rows from the top. */
function bmp(width: number, height: number): Uint8Array {
  const row = Math.ceil((width * 3) / 4) * 4;
  const bytes = new Uint8Array(54 + row * height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, -height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) bytes[54 + y * row + x * 3] = 255;
  return bytes;
}

describe("pictureHeader", () => {
  it("reads format and size of what a canvas writes, without decoding", async () => {
    const canvas = await createCanvas(301, 7);
    const files = {
      PNG: await canvas.encode("png"),
      JPEG: await canvas.encode("jpeg"),
      WebP: await canvas.encode("webp"),
      GIF: await canvas.encode("gif"),
      BMP: bmp(301, 7),
    };
    for (const [format, bytes] of Object.entries(files)) {
      expect(pictureHeader(bytes)).toEqual({ format, width: 301, height: 7 });
      expect(pictureHeader(bytes.subarray(0, 20))).toBeNull();
    }
    const blue = await decodePicture(files.BMP);
    expect([blue.width, blue.height, ...blue.pixels.subarray(0, 4)]).toEqual([301, 7, 0, 0, 255, 255]);
  });

  it("finds a JPEG's size behind other segments, and none where there is no frame", () => {
    const segment = [0xff, 0xe1, 0, 6, 1, 2, 3, 4];
    const frame = [0xff, 0xff, 0xc2, 0, 17, 8, 0, 3, 0, 4, 3];
    const tail = new Array<number>(20).fill(0);
    const of = (...parts: number[][]) =>
      pictureHeader(Uint8Array.from([0xff, 0xd8, ...parts.flat(), ...tail]));
    expect(of(segment, segment, frame)).toEqual({ format: "JPEG", width: 4, height: 3 });
    expect(of(segment)).toBeNull();
    expect(of([0xff, 0xda, 0, 0])).toBeNull();
  });
});
