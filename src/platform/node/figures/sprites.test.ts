import { createCanvas, loadImage } from "@napi-rs/canvas";
import { describe, expect, it } from "vitest";
import { AbortedError, Rng } from "../../../base/index.ts";
import type { ImageDataset } from "../../../modality/image/index.ts";
import { spriteSheets, spriteSide } from "./sprites.ts";

function noise(count: number, channels: number, height: number, width: number): ImageDataset {
  const rng = Rng.of(1, "noise");
  const pixels = Uint8Array.from({ length: count * channels * height * width }, () => rng.uint32());
  return { name: "noise", count, channels, height, width, pixels, labels: new Int32Array(count) };
}

/** Pictures of one colour each, darker downwards. */
function smooth(count: number, channels: number, height: number, width: number): ImageDataset {
  const each = channels * height * width;
  const pixels = Uint8Array.from({ length: count * each }, (_, i) => {
    const [row, channel] = [Math.floor(i / each), Math.floor((i % each) / (height * width))];
    const y = Math.floor((i % (height * width)) / width);
    return 40 + 20 * ((row * (channel + 1)) % 8) - y;
  });
  return { name: "smooth", count, channels, height, width, pixels, labels: new Int32Array(count) };
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

  it("holds coloured pictures, as near as nobody sees", async () => {
    const dataset = smooth(35, 3, 24, 20);
    const sheets = await spriteSheets(dataset);
    expect(sheets.sheets[0]).toMatch(/^data:image\/webp;base64,/);
    for (const row of [0, 34]) {
      const own = dataset.pixels.subarray(row * 1440, (row + 1) * 1440);
      const seen = (await readBack(sheets, row)).flat();
      const off = seen.reduce((sum, value, i) => sum + Math.abs(value - own[i]!), 0) / seen.length;
      expect(off).toBeLessThan(6);
    }
  });

  it("makes large pictures smaller, each new pixel the mean of what it covers", async () => {
    const dataset = noise(3, 1, 128, 192);
    const { width, height, ...sheets } = await spriteSheets(dataset);
    expect([width, height]).toEqual([64, 43]);
    const [red] = await readBack({ width, height, ...sheets }, 2);
    let sum = 0;
    for (let x = 90; x < 93; x++) {
      for (let y = 0; y < 3; y++) {
        // Rows are 128 / 43 old ones high: the third is covered but in part.
        const part = Math.min(y + 1, 128 / 43) - y;
        sum += (part * dataset.pixels[(2 * 128 + y) * 192 + x]!) / (3 * (128 / 43));
      }
    }
    expect(Math.abs(red![30]! - sum)).toBeLessThanOrEqual(9);
  });

  it("keeps 100,000 pictures within what a page can hold", () => {
    expect([10, 16_384, 100_000, 1e7].map(spriteSide)).toEqual([64, 64, 25, 16]);
  });

  it("stops when told to", async () => {
    const stopping = spriteSheets(noise(2, 1, 2, 2), { signal: AbortSignal.abort() });
    await expect(stopping).rejects.toThrow(AbortedError);
  });
});
