import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Corners of a line, in parts of the surface. */
export type Line = readonly (readonly [number, number])[];

/** A seven and a one. */
export const strokes = {
  seven: [
    [0.26, 0.26],
    [0.74, 0.26],
    [0.44, 0.82],
  ],
  one: [
    [0.5, 0.2],
    [0.5, 0.82],
  ],
} as const satisfies Record<string, Line>;

/** Draws on the surface of the Draw view with the mouse, once it takes drawings. */
export async function drawLine(page: Page, line: Line, timeout: number): Promise<void> {
  const surface = page.getByRole("img", { name: /^Drawing surface/ });
  await surface.waitFor();
  await expect.poll(() => page.locator(".surface.disabled").count(), { timeout }).toBe(0);
  const box = (await surface.boundingBox())!;
  const at = ([x, y]: readonly [number, number]): [number, number] => [
    box.x + x * box.width,
    box.y + y * box.height,
  ];
  await page.mouse.move(...at(line[0]!));
  await page.mouse.down();
  for (const corner of line.slice(1)) await page.mouse.move(...at(corner), { steps: 12 });
  await page.mouse.up();
}
