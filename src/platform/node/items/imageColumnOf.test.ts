import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KindredError } from "../../../base/index.ts";
import { presentRows } from "../../../data/column.ts";
import { itemDataset, pickItems, splitItems } from "../../../data/items/index.ts";
import { variedPictures } from "../../../modality/image/index.ts";
import { textColumn, textPreparationFrom } from "../../../modality/text/index.ts";
import { loadDataset } from "../datasets/datasets.ts";
import { imageColumnOf } from "./imageColumnOf.ts";
import { inFolder, pictures, refusal, tone } from "./items.fixture.ts";
import { readItems } from "./readItems.ts";

const preprocessing = { size: 16, channels: 1 as const };

describe("imageColumnOf", () => {
  it("has the pixels of each item's picture, as a folder of pictures has them, and lacks the others", async () => {
    const files = {
      ...(await pictures(4)),
      "a.wav": tone(1),
      "broken.png": "no picture",
      "t.csv":
        "image,text,audio\n3.png,three,\n,no picture,a.wav\n0.png,zero,\nbroken.png,broken,\n1.png,one,\n",
    };
    await inFolder(files, async (folder) => {
      const table = await readItems(join(folder, "t.csv"));
      expect(table.items.map(({ id }) => id)).toEqual(["3.png", "a.wav", "0.png", "broken.png", "1.png"]);
      const { column, report } = await imageColumnOf(table, { preprocessing });
      expect(column.count).toBe(5);
      expect([...presentRows(column)!]).toEqual([0, 2, 4]);
      expect(report.skipped).toEqual([
        { path: "broken.png", reason: expect.stringContaining("is no picture") },
      ]);
      const own = await loadDataset(folder, { preprocessing, unlabelled: true });
      const pixels = (path: string) => {
        const row = own.paths!.indexOf(path);
        return Array.from(own.pixels.subarray(row * 256, (row + 1) * 256), (byte) =>
          Math.fround(byte / 127.5 - 1),
        );
      };
      const rows = Uint32Array.of(4, 0, 2, 0);
      const { images } = column.gather(rows);
      expect(images!.shape).toEqual([4, 1, 16, 16]);
      expect([...images!.data]).toEqual(["1.png", "3.png", "0.png", "3.png"].flatMap(pixels));
      expect(() => column.gather(Uint32Array.of(1))).toThrow(KindredError);
      expect(() => column.gather(Uint32Array.of(1))).toThrow(/row 1 of .* has no picture/);
      // Without a way to vary them, they stay as they are.
      const varied = await variedPictures({})(column, 1).gather(rows, 1, 0);
      expect([...varied.images!.data]).toEqual([...images!.data]);
      const picked = column.pick(Uint32Array.of(1, 4));
      expect([picked.has(0), picked.has(1)]).toEqual([false, true]);
      expect([...picked.gather(Uint32Array.of(1)).images!.data]).toEqual(pixels("1.png"));
      expect(picked.fingerprint()).not.toBe(column.fingerprint());
      expect(await refusal(imageColumnOf(table, { preprocessing, strict: true }), folder)).toContain(
        "broken.png",
      );
    });
  });

  it("makes a data set with texts, of which each part is a table of its own", async () => {
    const files = {
      ...(await pictures(3)),
      "t.csv": "image,text,split\n0.png,zero,train\n1.png,one,train\n,two,val\n2.png,two,val\n",
    };
    await inFolder(files, async (folder) => {
      const table = await readItems(join(folder, "t.csv"));
      const { column } = await imageColumnOf(table, { preprocessing });
      const { validation } = splitItems(table);
      const part = pickItems(table, validation);
      const texts = textColumn(
        part.name,
        part.items.map((item) => item.texts),
        textPreparationFrom({
          ...{
            kind: "ngrams",
            normalization: "nfkc-lower",
            hash: "fnv1a-32",
            sizes: [3],
            buckets: 997,
            length: 12,
          },
        }),
      );
      const dataset = itemDataset(part, [column.pick(validation), texts]);
      expect([...dataset.columns.keys()]).toEqual(["image", "text"]);
      expect(presentRows(dataset.columns.get("text")!)).toBeNull();
      expect(dataset.count).toBe(2);
      expect([...dataset.labels]).toEqual([2, 2]);
      expect(dataset.labelled).toBe(true);
      expect(dataset.paths).toEqual(["3", "2.png"]);
      expect([...presentRows(dataset.columns.get("image")!)!]).toEqual([1]);
      expect(() => itemDataset(part, [column])).toThrow(/has 4 rows, expected 2/);
    });
  });
});
