import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../base/index.ts";
import { type NamedBytes, parseIdx } from "./idx.ts";

/** An IDX file of unsigned bytes; the extents may lie. */
function idx(extents: readonly number[], values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * extents.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x800 + extents.length);
  for (const [axis, extent] of extents.entries()) view.setUint32(4 + 4 * axis, extent);
  bytes.set(values, 4 + 4 * extents.length);
  return bytes;
}

const images = (bytes: Uint8Array): NamedBytes => ({ file: "images", bytes });
const labels = (bytes: Uint8Array): NamedBytes => ({ file: "labels", bytes });
const goodImages = idx([2, 1, 3], [1, 2, 3, 4, 5, 255]);
const goodLabels = idx([2], [200, 0]);

describe("parseIdx", () => {
  it("reads pictures and labels, also from the middle of a buffer", () => {
    const expected = {
      name: "toy",
      count: 2,
      channels: 1,
      height: 1,
      width: 3,
      pixels: Uint8Array.of(1, 2, 3, 4, 5, 255),
      labels: Int32Array.of(200, 0),
    };
    expect(parseIdx("toy", images(goodImages), labels(goodLabels))).toEqual(expected);
    const shifted = new Uint8Array(goodImages.length + 5);
    shifted.set(goodImages, 3);
    const view = shifted.subarray(3, 3 + goodImages.length);
    expect(parseIdx("toy", images(view), labels(goodLabels))).toEqual(expected);
  });

  it("gives back what was written", () => {
    const extent = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(extent, extent, extent, fc.infiniteStream(fc.nat(255)), (count, height, width, stream) => {
        const values = [...stream.take(count * height * width + count)];
        const pixels = values.slice(count);
        const dataset = parseIdx(
          "toy",
          images(idx([count, height, width], pixels)),
          labels(idx([count], values.slice(0, count))),
        );
        expect([dataset.count, dataset.height, dataset.width]).toEqual([count, height, width]);
        expect([...dataset.pixels]).toEqual(pixels);
        expect([...dataset.labels]).toEqual(values.slice(0, count));
      }),
    );
  });

  it("refuses a file cut anywhere, naming it", () => {
    for (let length = 0; length < goodImages.length; length++) {
      const cut = () => parseIdx("toy", images(goodImages.subarray(0, length)), labels(goodLabels));
      expect(cut).toThrow(InputError);
      expect(cut).toThrow(/^images is truncated: .* expected /);
    }
    for (let length = 0; length < goodLabels.length; length++) {
      const cut = () => parseIdx("toy", images(goodImages), labels(goodLabels.subarray(0, length)));
      expect(cut).toThrow(InputError);
      expect(cut).toThrow(/^labels is truncated: .* expected /);
    }
  });

  it.each<[string, Uint8Array, Uint8Array, string]>([
    [
      "too many bytes",
      idx([2, 1, 3], [1, 2, 3, 4, 5, 6, 7]),
      goodLabels,
      "images has 1 bytes too many: 7 bytes after the header, expected 6 for its 2 x 1 x 3 images",
    ],
    [
      "too few",
      idx([2, 1, 3], [1]),
      goodLabels,
      "images is truncated: 1 bytes after the header, expected 6 for its 2 x 1 x 3 images",
    ],
    [
      "a labels file as images",
      goodLabels,
      goodLabels,
      "images begins with 0x00000801, which is that of IDX labels: the file is mislabelled, expected 0x00000803 for IDX images",
    ],
    [
      "an images file as labels",
      goodImages,
      goodImages,
      "labels begins with 0x00000803, which is that of IDX images: the file is mislabelled, expected 0x00000801",
    ],
    [
      "gzip",
      Uint8Array.of(0x1f, 0x8b, 8, 0),
      goodLabels,
      "images begins with 0x1f8b0800, expected 0x00000803",
    ],
    [
      "another format",
      new TextEncoder().encode("label,pixel0"),
      goodLabels,
      "images begins with 0x6c616265, expected 0x00000803 for IDX images",
    ],
    [
      "different counts",
      goodImages,
      idx([3], [1, 2, 3]),
      "images holds 2 images but labels holds 3 labels, expected equal counts",
    ],
    ["no picture", idx([0, 28, 28], []), idx([0], []), "images holds no images: its extents are 0 x 28 x 28"],
    [
      "extents beyond any file",
      idx([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], [1]),
      goodLabels,
      "images is truncated: 1 bytes after the header",
    ],
  ])("refuses %s in one line", (_, imageBytes, labelBytes, message) => {
    const parse = () => parseIdx("toy", images(imageBytes), labels(labelBytes));
    expect(parse).toThrow(InputError);
    expect(parse).toThrow(message);
  });
});
