import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCanvas, loadImage, type SKRSContext2D } from "@napi-rs/canvas";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../../base/index.ts";
import type { ImageDataset } from "../../../modality/image/index.ts";
import { type LookedAt, layOutDuplicatesFigure } from "../../../report/duplicatesFigure.ts";
import type { PairSeen } from "../../../runs/index.ts";
import { drawn, writeFiles } from "../pictures/drawnPictures.fixture.ts";
import { renderDuplicatesFigure } from "./duplicatesFigure.ts";

function noise(count: number, channels: number, height: number, width: number): ImageDataset {
  const rng = Rng.of(1, "noise", count);
  const pixels = Uint8Array.from({ length: count * channels * height * width }, () => rng.int(256));
  return { name: "noise", count, channels, height, width, pixels, labels: new Int32Array(count) };
}

const pairOf = (rows: readonly [number, number], given: Partial<PairSeen> = {}): PairSeen => ({
  rows,
  names: ["one", "other"],
  classes: ["cat", "cat"],
  validation: [false, false],
  same: false,
  ...given,
});

/** Row `index` of a data set as the figure takes it. */
function pictureOf({ channels, height, width, pixels }: ImageDataset, index: number): LookedAt {
  const each = channels * height * width;
  const own = pixels.subarray(index * each, (index + 1) * each);
  return { pixels: own, channels, height, width, caption: "", detail: "" };
}

async function canvasOf(png: Uint8Array): Promise<SKRSContext2D> {
  const image = await loadImage(png);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  return context;
}

/** That the cells of a figure hold just these pictures, each pixel as a square of whole pixels. */
function expectShown(
  context: SKRSContext2D,
  pairs: readonly (readonly [LookedAt, LookedAt])[],
  scale: number,
): void {
  const layout = layOutDuplicatesFigure(pairs.map((pictures) => ({ reason: "", pictures })));
  expect([context.canvas.width, context.canvas.height]).toEqual([layout.width, layout.height]);
  for (const [i, { pictures }] of layout.cards.entries()) {
    for (const [which, { x, y, width, height }] of pictures.entries()) {
      const picture = pairs[i]![which]!;
      expect([width, height]).toEqual([scale * picture.width, scale * picture.height]);
      const { data } = context.getImageData(x, y, width, height);
      const plane = picture.width * picture.height;
      const expected = new Uint8ClampedArray(data.length);
      for (let at = 0; at < width * height; at++) {
        const from =
          Math.floor(Math.floor(at / width) / scale) * picture.width + Math.floor((at % width) / scale);
        const colour = [0, 1, 2].map((c) => picture.pixels[from + (picture.channels === 3 ? c * plane : 0)]!);
        expected.set([...colour, 255], 4 * at);
      }
      expect(Buffer.from(data).equals(Buffer.from(expected))).toBe(true);
    }
  }
}

describe("renderDuplicatesFigure", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kindred-duplicates-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("shows the pictures of arrays, of training and validation, enlarged by the greatest integer up to 128 pixels", async () => {
    const [training, validation] = [noise(5, 1, 28, 20), noise(3, 1, 28, 20)];
    const pairs = [
      pairOf([0, 3], { same: true }),
      pairOf([4, 7], { validation: [false, true], classes: ["cat", "dog"] }),
      pairOf([6, 5], { validation: [true, true], classes: null }),
    ];
    const png = await renderDuplicatesFigure(pairs, { source: "digits.csv", training, validation });
    expectShown(
      await canvasOf(png),
      [
        [pictureOf(training, 0), pictureOf(training, 3)],
        [pictureOf(training, 4), pictureOf(validation, 2)],
        [pictureOf(validation, 1), pictureOf(validation, 0)],
      ],
      4,
    );
  });

  it("shows picture files at their own resolution, and what was read of those that are gone", async () => {
    const small = { ...noise(3, 3, 8, 8), preprocessing: { size: 8, channels: 3, fit: "cover" } } as const;
    const [disc, bar] = [await drawn("disc", 1), await drawn("bar", 2)];
    await writeFiles(folder, { "disc.png": disc, "bar.png": bar });
    const training: ImageDataset = { ...small, paths: ["disc.png", "gone.png", "bar.png"] };
    const validation: ImageDataset = { ...small, count: 0, pixels: new Uint8Array(0), paths: [] };
    const fileOf = async (file: Buffer): Promise<LookedAt> => {
      const pixels = new Uint8Array(3 * 1600);
      const interleaved = await sharp(file).removeAlpha().raw().toBuffer();
      for (const [i, level] of interleaved.entries()) pixels[(i % 3) * 1600 + Math.floor(i / 3)] = level;
      return { pixels, channels: 3, height: 40, width: 40, caption: "", detail: "" };
    };
    const data = { source: folder, training, validation };
    const both = await renderDuplicatesFigure([pairOf([0, 2])], data);
    expectShown(await canvasOf(both), [[await fileOf(disc), await fileOf(bar)]], 3);
    const one = await canvasOf(await renderDuplicatesFigure([pairOf([1, 1])], data));
    expectShown(one, [[pictureOf(training, 1), pictureOf(training, 1)]], 16);
  });
});
