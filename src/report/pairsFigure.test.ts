import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../base/index.ts";
import type { FigureContext, Picture } from "./drawnPicture.ts";
import { drawPairsFigure, layOutPairsFigure, type PairsFigure } from "./pairsFigure.ts";

/** A context that paints rectangles into an array of colours and keeps the texts; shapes are not painted. */
class RecordingContext implements FigureContext {
  fillStyle: string | object = "";
  font = "";
  textAlign: FigureContext["textAlign"] = "start";
  textBaseline: FigureContext["textBaseline"] = "alphabetic";
  readonly width: number;
  readonly colours: unknown[];
  readonly texts: { text: string; x: number; y: number; colour: unknown; maxWidth: number | undefined }[] =
    [];

  constructor(width: number, height: number) {
    this.width = width;
    this.colours = new Array(width * height).fill(undefined);
  }

  beginPath(): void {
    this.fillStyle = String(this.fillStyle);
  }

  roundRect(): void {
    this.beginPath();
  }

  fill(): void {
    this.beginPath();
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    if (![x, y, width, height].every(Number.isInteger)) throw new Error(`blurred: ${[x, y, width, height]}`);
    for (let row = y; row < y + height; row++) {
      this.colours.fill(this.fillStyle, row * this.width + x, row * this.width + x + width);
    }
  }

  fillText(text: string, x: number, y: number, maxWidth?: number): void {
    this.texts.push({ text, x, y, colour: this.fillStyle, maxWidth });
  }

  at(x: number, y: number): unknown {
    return this.colours[y * this.width + x];
  }
}

function noise(channels: number, height: number, width: number, caption: string): Picture {
  const rng = Rng.of(1, caption);
  // Few levels, so that runs of equal pixels occur.
  const pixels = Uint8Array.from({ length: channels * height * width }, () => (rng.uint32() % 3) * 127);
  return { pixels, channels, height, width, caption };
}

function figureOf(count: number, channels: number, height: number, width: number): PairsFigure {
  const triplets = Array.from({ length: count }, (_, i) => ({
    anchor: noise(channels, height, width, `anchor ${i}`),
    positive: noise(channels, height, width, `positive ${i}`),
    negative: noise(channels, height, width, `negative ${i}`),
  }));
  return { title: "Title", subtitle: "Subtitle", triplets };
}

function draw(figure: PairsFigure) {
  const layout = layOutPairsFigure(figure);
  const context = new RecordingContext(layout.width, layout.height);
  drawPairsFigure(context, figure);
  return { layout, context, tiles: layout.cards.flatMap((card) => card.tiles) };
}

function expectedColour({ pixels, channels, height, width }: Picture, row: number, column: number): string {
  const values = [0, 1, 2].map((c) => pixels[((c % channels) * height + row) * width + column]);
  return `rgb(${values.join(", ")})`;
}

describe("drawPairsFigure", () => {
  it.each([
    [1, 28, 28],
    [3, 32, 32],
    [3, 7, 20],
  ])("paints each pixel of %i x %i x %i images as a square", (channels, height, width) => {
    const { tiles, context } = draw(figureOf(5, channels, height, width));
    expect(tiles).toHaveLength(15);
    for (const tile of tiles) {
      const scale = tile.width / width;
      expect(scale).toBe(tile.height / height);
      let wrong = 0;
      for (let y = 0; y < tile.height; y++) {
        for (let x = 0; x < tile.width; x++) {
          const expected = expectedColour(tile.picture, Math.floor(y / scale), Math.floor(x / scale));
          if (context.at(tile.x + x, tile.y + y) !== expected) wrong++;
        }
      }
      expect(wrong).toBe(0);
    }
  });

  it("shrinks an image that is too large, keeping its proportions and corners", () => {
    const { tiles, context } = draw(figureOf(1, 1, 400, 800));
    for (const { picture, x, y, width, height } of tiles) {
      expect([width, height]).toEqual([168, 84]);
      expect(context.at(x, y)).toBe(expectedColour(picture, 2, 2));
      expect(context.at(x + 167, y + 83)).toBe(expectedColour(picture, 397, 797));
    }
  });

  it("writes each caption below its image, in the colour of its frame", () => {
    const { tiles, context } = draw(figureOf(12, 1, 28, 28));
    for (const tile of tiles) {
      const caption = context.texts.find(({ text }) => text === tile.picture.caption)!;
      expect(caption.x).toBe(tile.x + tile.width / 2);
      expect(caption.y).toBeGreaterThan(tile.y + tile.height + 20);
      expect(caption.colour).toBe(context.at(tile.x - 1, tile.y - 1));
      expect(caption.maxWidth).toBeLessThan(context.width / 12);
    }
    expect(context.texts.map(({ text }) => text)).toEqual(expect.arrayContaining(["Title", "Subtitle"]));
    expect(new Set(tiles.map((tile) => context.at(tile.x - 1, tile.y - 1))).size).toBe(3);
  });
});

describe("layOutPairsFigure", () => {
  it("puts twelve triplets in three rows of four", () => {
    const { cards } = layOutPairsFigure(figureOf(12, 1, 28, 28));
    expect(new Set(cards.map(({ x }) => x)).size).toBe(4);
    expect(new Set(cards.map(({ y }) => y)).size).toBe(3);
  });

  it("keeps each image inside its card, apart from the others, and each card inside the figure", () => {
    const extent = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 14 }), extent, extent, (count, height, width) => {
        const { cards, cardWidth, cardHeight, ...size } = layOutPairsFigure(
          figureOf(count, 1, height, width),
        );
        for (const card of cards) {
          expect(card.x + cardWidth).toBeLessThan(size.width);
          expect(card.y + cardHeight).toBeLessThan(size.height);
          let left = card.x;
          for (const tile of card.tiles) {
            expect(tile.x).toBeGreaterThan(left);
            expect(tile.y).toBeGreaterThan(card.y);
            left = tile.x + tile.width;
            expect(tile.y + tile.height).toBeLessThan(card.y + cardHeight);
          }
          expect(left).toBeLessThan(card.x + cardWidth);
        }
        const overlaps = cards.some((a, i) =>
          cards.some((b, j) => i < j && Math.abs(a.x - b.x) < cardWidth && Math.abs(a.y - b.y) < cardHeight),
        );
        expect(overlaps).toBe(false);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it("refuses no triplets, and bytes that do not fit the shape", () => {
    expect(() => layOutPairsFigure(figureOf(0, 1, 2, 2))).toThrow(InputError);
    const { triplets, ...texts } = figureOf(1, 1, 4, 4);
    const positive = { ...triplets[0]!.positive, width: 5 };
    expect(() => layOutPairsFigure({ ...texts, triplets: [{ ...triplets[0]!, positive }] })).toThrow(
      /"positive 0" of the figure has 16 bytes for \[channels, height, width\] = \[1, 4, 5\]/,
    );
    expect(() => layOutPairsFigure(figureOf(1, 2, 4, 4))).toThrow(/expected 1 or 3 channels/);
  });
});
