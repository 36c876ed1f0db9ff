import { createCanvas, GlobalFonts, loadImage } from "@napi-rs/canvas";
import { describe, expect, it } from "vitest";
import { renderPng } from "./canvas.ts";

async function decode(png: Uint8Array) {
  const image = await loadImage(png);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}

function text(font: string): Promise<Uint8Array> {
  return renderPng(200, 60, (context) => {
    context.font = font;
    context.fillText("anchor 7", 10, 40);
  });
}

/** The sum of the opacity: how much ink there is. */
async function inkOf(png: Uint8Array): Promise<number> {
  return (await decode(png)).data.reduce((sum, value, i) => (i % 4 === 3 ? sum + value : sum), 0);
}

describe("renderPng", () => {
  it("gives a PNG of the size, with what was drawn", async () => {
    const png = await renderPng(7, 5, (context) => {
      context.fillStyle = "rgb(10, 20, 30)";
      context.fillRect(2, 1, 1, 1);
    });
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const { width, height, data } = await decode(png);
    expect([width, height]).toEqual([7, 5]);
    const expected = new Uint8ClampedArray(7 * 5 * 4);
    expected.set([10, 20, 30, 255], (1 * 7 + 2) * 4);
    expect(data).toEqual(expected);
  });

  it("sets text in Inter at two weights of its own, not thickened ones", async () => {
    const regular = await inkOf(await text("400 30px Inter"));
    const semiBold = await inkOf(await text("600 30px Inter"));
    expect(regular).toBeGreaterThan(0);
    expect(semiBold).toBeGreaterThan(regular);
    const inter = GlobalFonts.families.find(({ family }) => family === "Inter");
    expect(inter?.styles.map(({ weight }) => weight)).toEqual(expect.arrayContaining([400, 600]));
  });

  it("gives the same bytes for the same drawing", async () => {
    expect(await text("600 30px Inter")).toEqual(await text("600 30px Inter"));
  });
});
