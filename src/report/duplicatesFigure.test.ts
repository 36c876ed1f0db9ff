import { describe, expect, it } from "vitest";
import type { FigureContext } from "./drawnPicture.ts";
import { type DuplicatePair, drawDuplicatesFigure, layOutDuplicatesFigure } from "./duplicatesFigure.ts";

/** A context that keeps the texts. */
class Texts implements FigureContext {
  fillStyle: string | object = "";
  font = "";
  textAlign: FigureContext["textAlign"] = "start";
  textBaseline: FigureContext["textBaseline"] = "alphabetic";
  readonly texts: string[] = [];
  readonly beginPath = () => undefined;
  readonly roundRect = () => undefined;
  readonly fill = () => undefined;
  readonly fillRect = () => undefined;
  fillText(text: string): void {
    this.texts.push(text);
  }
}

function pair(names: readonly [string, string], size: number): DuplicatePair {
  const pixels = new Uint8Array(size * size);
  const [one, other] = names.map((caption) => ({
    ...{ pixels, channels: 1, height: size, width: size, caption },
    detail: "cat, training",
  }));
  return { reason: "Look the same", pictures: [one!, other!] };
}

describe("drawDuplicatesFigure", () => {
  it("writes why, and names without their middle and with marks of direction escaped", () => {
    const context = new Texts();
    const long = "photos/holidays/2026/september/beach/IMG_20260912_120000.jpg";
    drawDuplicatesFigure(context, [pair([long, "a\u202eb\n.png"], 8)]);
    expect(context.texts).toEqual([
      "Pictures that may be copies",
      "One of two copies is enough. Keep both where they differ.",
      "Look the same",
      "photos/holiday…0912_120000.jpg",
      "cat, training",
      "a\\u202eb\\n.png",
      "cat, training",
    ]);
  });

  it("grows by a row of cards for two pairs, and shrinks what is larger than 128 pixels", () => {
    const [one, two, three] = [1, 2, 3].map((count) =>
      layOutDuplicatesFigure(Array.from({ length: count }, () => pair(["a", "b"], 500))),
    );
    expect(one!.cards[0]!.pictures.map(({ width, height }) => [width, height])).toEqual([
      [128, 128],
      [128, 128],
    ]);
    expect(two!.width - one!.width).toBe(one!.cardWidth + 20);
    expect(two!.height).toBe(one!.height);
    expect([three!.width, three!.height]).toEqual([two!.width, two!.height + two!.cardHeight + 20]);
  });

  it("refuses no pairs, and a picture whose bytes do not fit", () => {
    expect(() => layOutDuplicatesFigure([])).toThrow("a figure of 0 pairs was asked for");
    const broken = pair(["a", "b"], 8);
    const [first, second] = broken.pictures;
    expect(() => layOutDuplicatesFigure([{ ...broken, pictures: [{ ...first, width: 9 }, second] }])).toThrow(
      'the image "a" of the figure has 64 bytes',
    );
  });
});
