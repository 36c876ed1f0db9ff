import { createCanvas, loadImage } from "@napi-rs/canvas";
import { describe, expect, it } from "vitest";
import { AbortedError, Rng } from "../../base/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import { spriteSheets } from "./sprites.ts";

function noise(count: number, channels: number, height: number, width: number): ImageDataset {
  const rng = Rng.of(1, "noise");
  const pixels = Uint8Array.from({ length: count * channels * height * width }, () => rng.uint32());
  return { name: "noise", count, channels, height, width, pixels, labels: new Int32Array(count) };
}

/** Red, green and blue of a picture in its sheet, as a page finds it. */
async function readBack(sheets: Awaited<ReturnType<typeof spriteSheets>>, row: number): Promise<number[][]> {
  const { width, height, columns, perSheet } = sheets;
  const image = await loadImage(sheets.sheets[Math.floor(row / perSheet)]!);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const place = row % perSheet;
  const { data } = context.getImageData(
    (place % columns) * width,
    Math.floor(place / columns) * height,
    width,
    height,
  );
  return [0, 1, 2].map((channel) => Array.from({ length: width * height }, (_, i) => data[4 * i + channel]!));
}

describe("spriteSheets", () => {
  // 7 wide and 32 in a row is an even line; 1 picture of 5 x 3 is the smallest sheet.
  it.each([
    [1100, 4, 7],
    [1, 5, 3],
    [33, 28, 28],
  ])("holds %i grey pictures of %i x %i to within half a level of 16", async (count, height, width) => {
    const dataset = noise(count, 1, height, width);
    const sheets = await spriteSheets(dataset);
    expect(sheets.sheets).toHaveLength(Math.ceil(count / 1024));
    for (const row of [0, Math.floor(count / 2), count - 1]) {
      const own = dataset.pixels.subarray(row * height * width, (row + 1) * height * width);
      for (const plane of await readBack(sheets, row)) {
        const worst = plane.reduce((most, value, i) => Math.max(most, Math.abs(value - own[i]!)), 0);
        expect(worst).toBeLessThanOrEqual(8);
        expect(plane.every((value) => value % 17 === 0)).toBe(true);
      }
    }
  });

  it("holds coloured pictures as they are", async () => {
    const dataset = noise(35, 3, 6, 5);
    const sheets = await spriteSheets(dataset);
    for (const row of [0, 34]) {
      const own = [...dataset.pixels.subarray(row * 90, (row + 1) * 90)];
      expect((await readBack(sheets, row)).flat()).toEqual(own);
    }
  });

  it("stops when told to", async () => {
    const stopping = spriteSheets(noise(2, 1, 2, 2), { signal: AbortSignal.abort() });
    await expect(stopping).rejects.toThrow(AbortedError);
  });
});
