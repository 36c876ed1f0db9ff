import { createCanvas } from "@napi-rs/canvas";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { drawLine, type Line, strokes } from "./drawLine.ts";
import { type Explored, keepPicture, open, patience, shownText } from "./explored.ts";

/** Drawing into the space. */
export function drawSuite(explored: Explored): void {
  it("draws a seven and gets sevens", async () => {
    const { page } = explored;
    await open(page, "Draw");
    await page.locator(".surface:not(.disabled)").waitFor();
    await page.locator(".map .starting").waitFor({ state: "detached" });
    const drawn = await countDrawn(page);
    await drawLine(page, strokes.seven, patience);
    const answer = page.getByRole("region", { name: "What the encoder makes of it" });
    await expect.poll(() => shownText(answer.locator(".digit")), { timeout: patience }).toBe("7");
    await expect.poll(() => shownText(answer.locator(".latency")), { timeout: patience }).toMatch(/^\d+ ms$/);
    const shown = await answer
      .getByRole("listitem")
      .filter({ hasText: /Picture \d+, class/ })
      .allInnerTexts();
    expect(shown).toHaveLength(12);
    expect(shown.filter((text) => /class\s+7/.test(text)).length).toBeGreaterThan(6);
    await page.getByRole("application", { name: /with the drawing among them/ }).waitFor();
    // It lies over the points, which are not drawn again for it.
    expect(await drawn()).toBe(0);
    await keepPicture(page, "draw-seven");
  });

  it("takes the drawing back, and reads the next", async () => {
    const { page } = explored;
    const answer = page.getByRole("region", { name: "What the encoder makes of it" });
    await page.getByRole("button", { name: "Clear" }).click();
    await answer.getByText("The nearest pictures vote here").waitFor();
    await drawLine(page, strokes.one, patience);
    await expect.poll(() => shownText(answer.locator(".digit")), { timeout: patience }).toBe("1");
    await page.getByRole("button", { name: "Undo" }).click();
    await answer.getByText("The nearest pictures vote here").waitFor();
  });

  it("reads a photograph, and says when there is nothing on it", async () => {
    const { page } = explored;
    const answer = page.getByRole("region", { name: "What the encoder makes of it" });
    const file = page.locator("input[type=file]");
    await file.setInputFiles({ name: "seven.png", mimeType: "image/png", buffer: photograph(strokes.seven) });
    await expect.poll(() => shownText(answer.locator(".digit")), { timeout: patience }).toBe("7");
    await file.setInputFiles({ name: "empty.png", mimeType: "image/png", buffer: photograph([]) });
    await page.getByText("Nothing in this picture stands out from its background").waitFor();
    expect(explored.faults).toEqual([]);
  });
}

/** Counts from now on how often points are drawn on any map. */
async function countDrawn(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const scope = globalThis as typeof globalThis & { drawn: number };
    scope.drawn = 0;
    const { prototype } = WebGL2RenderingContext;
    const { drawArraysInstanced } = prototype;
    prototype.drawArraysInstanced = function (...given) {
      scope.drawn++;
      drawArraysInstanced.apply(this, given);
    };
  });
  return () => page.evaluate(() => (globalThis as typeof globalThis & { drawn: number }).drawn);
}

/** Dark ink on paper that is lit from one side. */
function photograph(line: Line): Buffer {
  const side = 400;
  const canvas = createCanvas(side, side);
  const pen = canvas.getContext("2d");
  const light = pen.createLinearGradient(0, 0, side, side);
  light.addColorStop(0, "#e8e4da");
  light.addColorStop(1, "#cfcabd");
  pen.fillStyle = light;
  pen.fillRect(0, 0, side, side);
  pen.strokeStyle = "#23233a";
  pen.lineWidth = 26;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  for (const [x, y] of line) pen.lineTo(x * side, y * side);
  pen.stroke();
  return canvas.toBuffer("image/png");
}
