import { createCanvas, loadImage } from "@napi-rs/canvas";
import { describe, expect, it } from "vitest";
import { exampleTriplets } from "../../../data/index.ts";
import type { ImageDataset } from "../../../modality/image/imageDataset.ts";
import { layOutPairsFigure } from "../../../report/pairsFigure.ts";
import { renderPairsFigure } from "./pairsFigure.ts";

const count = 40;
const side = 8;
/** Every image has values of its own, so that one in the place of another is seen. */
const dataset: ImageDataset = {
  name: "made up",
  count,
  channels: 1,
  height: side,
  width: side,
  pixels: Uint8Array.from(
    { length: count * side * side },
    (_, i) => (i * 37 + Math.floor(i / 64) * 11) % 256,
  ),
  labels: Int32Array.from({ length: count }, (_, i) => i % 10),
};

function imageOf(row: number) {
  const pixels = dataset.pixels.subarray(row * side * side, (row + 1) * side * side);
  return { pixels, channels: 1, height: side, width: side, caption: "" };
}

describe("renderPairsFigure", () => {
  it("shows a dozen anchors, each with its positive and its negative beside it", async () => {
    const image = await loadImage(await renderPairsFigure(dataset, { seed: 3 }));
    const context = createCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);

    const triplets = exampleTriplets(dataset.labels, 12, 3);
    const layout = layOutPairsFigure({
      title: "",
      subtitle: "",
      triplets: triplets.map(({ anchor, positive, negative }) => ({
        anchor: imageOf(anchor),
        positive: imageOf(positive),
        negative: imageOf(negative),
      })),
    });
    expect([image.width, image.height]).toEqual([layout.width, layout.height]);
    expect(layout.cards).toHaveLength(12);
    for (const [i, { tiles }] of layout.cards.entries()) {
      for (const { role, x, y, width } of tiles) {
        const scale = width / side;
        const { data } = context.getImageData(x, y, width, width);
        const shown = Array.from({ length: side * side }, (_, at) => {
          const [row, column] = [Math.floor(at / side), at % side];
          return data[
            4 * ((row * scale + Math.floor(scale / 2)) * width + column * scale + Math.floor(scale / 2))
          ];
        });
        expect(shown).toEqual([...imageOf(triplets[i]![role]).pixels]);
      }
    }
  });

  it("gives the same bytes for the same seed, and other images for another", async () => {
    const png = await renderPairsFigure(dataset, { seed: 3 });
    expect(await renderPairsFigure(dataset, { seed: 3 })).toEqual(png);
    expect(await renderPairsFigure(dataset, { seed: 4 })).not.toEqual(png);
  });

  it.each([
    ["one label", new Int32Array(count)],
    ["no two pictures of a label", Int32Array.from({ length: count }, (_, i) => i)],
  ])("shows with %s what it shows without labels", async (_, labels) => {
    const figure = await renderPairsFigure({ ...dataset, labels }, { seed: 1 });
    expect(figure).toEqual(await renderPairsFigure({ ...dataset, labels, labelled: false }, { seed: 1 }));
  });

  it("shows without labels two variations of one picture beside another picture", async () => {
    const unlabelled = { ...dataset, labels: new Int32Array(count), labelled: false };
    const plain = await renderPairsFigure(unlabelled, { seed: 3 });
    expect(await renderPairsFigure(unlabelled, { seed: 3 })).toEqual(plain);
    const augmentation = { shift: 2, rotation: 0, scale: 0, elastic: null };
    const varied = await renderPairsFigure(unlabelled, { seed: 3, augmentation });
    expect(varied).not.toEqual(plain);
    await expect(renderPairsFigure({ ...unlabelled, count: 1 }, { seed: 3 })).rejects.toThrow(
      "made up has 1 pictures, expected 2 or more to compare",
    );
  });
});
