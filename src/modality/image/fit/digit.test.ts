import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digitFromDrawing, digitSize } from "./digit.ts";
import { digitFromPicture } from "./digitPicture.ts";
import { centreOfMass, drawnLarger, mnistDigits } from "./digits.fixture.ts";

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

describe("digitFromDrawing", () => {
  it.each([3, 7.3, 12])("gives back MNIST's own digits, drawn %d times as large and anywhere", (scale) => {
    const differences: number[] = [];
    for (const [i, digit] of mnistDigits.entries()) {
      const drawing = drawnLarger(digit, scale, { left: 5 + 3 * i, top: 40 - 3 * i });
      const back = digitFromDrawing(drawing)!;
      differences.push(meanDifference(back, digit));
      const [x, y] = centreOfMass(back);
      // As of all of MNIST's.
      expect(Math.abs(x - 14.5)).toBeLessThan(0.55);
      expect(Math.abs(y - 14.5)).toBeLessThan(0.55);
    }
    // Of 255. One whose centre lies on the edge of a pixel may come back shifted by one.
    differences.sort((a, b) => a - b);
    expect(differences[8]).toBeLessThan(14);
    expect(differences[4]).toBeLessThan(9);
  });

  it("fits 20 x 20, whatever the strokes: the longer side is 20", () => {
    const rectangle = fc.record({
      left: fc.nat(100),
      top: fc.nat(100),
      width: fc.integer({ min: 1, max: 180 }),
      height: fc.integer({ min: 1, max: 180 }),
      ink: fc.integer({ min: 16, max: 255 }),
    });
    fc.assert(
      fc.property(rectangle, ({ left, top, width, height, ink }) => {
        const values = new Uint8Array(280 * 280);
        for (let y = top; y < top + height; y++) values.fill(ink, y * 280 + left, y * 280 + left + width);
        const digit = digitFromDrawing({ width: 280, height: 280, values })!;
        const used = [...digit.keys()].filter((i) => digit[i]! > 0);
        const columns = used.map((i) => i % digitSize);
        const rows = used.map((i) => Math.floor(i / digitSize));
        const extent = (at: number[]): number => Math.max(...at) - Math.min(...at) + 1;
        const scale = 20 / Math.max(width, height);
        expect(Math.max(extent(columns), extent(rows))).toBe(20);
        expect(extent(columns)).toBe(Math.max(1, Math.round(width * scale)));
        expect(extent(rows)).toBe(Math.max(1, Math.round(height * scale)));
        expect(Math.max(...digit)).toBe(255);
      }),
      { numRuns: 60 },
    );
  });

  it("is the same wherever the drawing is, and however pale", () => {
    const digit = mnistDigits[4]!;
    const here = digitFromDrawing(drawnLarger(digit, 6, { left: 0, top: 0 }))!;
    expect(digitFromDrawing(drawnLarger(digit, 6, { left: 71, top: 33 }))).toEqual(here);
    const drawing = drawnLarger(digit, 6, { left: 9, top: 9 });
    const pale = { ...drawing, values: drawing.values.map((value) => value * 0.6) };
    expect(meanDifference(digitFromDrawing(pale)!, here)).toBeLessThan(2);
  });

  it("is null of a blank canvas, and keeps a single dot", () => {
    expect(digitFromDrawing({ width: 30, height: 20, values: new Uint8Array(600) })).toBeNull();
    const dot = new Uint8Array(600);
    dot[77] = 255;
    expect(
      digitFromDrawing({ width: 30, height: 20, values: dot })!.filter((value) => value === 255),
    ).toHaveLength(400);
  });

  it("refuses sizes that do not fit", () => {
    expect(() => digitFromDrawing({ width: 30, height: 20, values: new Uint8Array(599) })).toThrow(
      "a picture of 30 x 20 with 599 numbers was given, expected whole sizes and 1 for each pixel",
    );
  });
});

describe("digitFromPicture", () => {
  const looks = [
    ["black on white", 255, 0, 0, 0],
    ["white on black", 0, 255, 0, 0],
    ["a pencil on grey paper, with noise", 190, 90, 12, 0],
    ["a pen on paper half in the shadow, with noise", 230, 40, 10, 90],
  ] as const;

  it.each(looks)("reads %s as the drawing of the same digit", (_, paper, pen, noise, shadow) => {
    for (const digit of mnistDigits.slice(0, 6)) {
      const { width, height, values } = drawnLarger(digit, 6, { left: 30, top: 25 });
      const pixels = new Uint8Array(width * height * 4);
      for (let i = 0; i < width * height; i++) {
        const ink = values[i]! / 255;
        const grain = ((((i * 2654435761) >>> 0) % 1000) / 1000 - 0.5) * 2 * noise;
        const light = paper - shadow * ((i % width) / width);
        const grey = light * (1 - ink) + Math.min(pen, Math.max(light, pen)) * ink + grain;
        pixels.fill(Math.min(255, Math.max(0, grey)), 4 * i, 4 * i + 3);
        pixels[4 * i + 3] = 255;
      }
      const read = digitFromPicture(pixels, width, height)!;
      expect(meanDifference(read, digitFromDrawing({ width, height, values })!)).toBeLessThan(16);
    }
  });

  it("takes what is transparent for white paper", () => {
    const { width, height, values } = drawnLarger(mnistDigits[1]!, 6, { left: 30, top: 25 });
    const pixels = new Uint8Array(width * height * 4);
    for (let i = 0; i < width * height; i++) pixels[4 * i + 3] = values[i]!;
    const read = digitFromPicture(pixels, width, height)!;
    expect(meanDifference(read, digitFromDrawing({ width, height, values })!)).toBeLessThan(16);
  });

  it("is null of empty paper, however noisy", () => {
    const pixels = Uint8Array.from({ length: 40 * 40 * 4 }, (_, i) => 200 + ((i * 7919) % 13));
    expect(digitFromPicture(pixels, 40, 40)).toBeNull();
  });
});
