import { describe, expect, it } from "vitest";
import { inFolder, pictures, refusal, shown, tone } from "./items.fixture.ts";
import { readItems } from "./readItems.ts";

const item = (id: string, more: object = {}) => ({
  ...{ id, image: null, texts: [], audio: [], label: null, part: "train", ...more },
});

describe("files that share a name", () => {
  it("are one item, with a text in each line", async () => {
    const files = {
      ...(await pictures(2)),
      "0.txt": "\uFEFFa dog\r\n\r\n a brown dog \r\n",
      "0.wav": tone(1),
      "1.png.txt": "a cat",
      "2.txt": "alone",
      "3.mp3": tone(2),
      "README.md": "read me",
      ".hidden.txt": "hidden",
      "Thumbs.db": "x",
    };
    await inFolder(files, async (folder) => {
      const table = await readItems(folder);
      expect(shown(table).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
        item("0.png", { image: "0.png", texts: ["a dog", "a brown dog"], audio: ["0.wav"] }),
        item("1.png", { image: "1.png", texts: ["a cat"] }),
        item("2.txt", { texts: ["alone"] }),
        item("3.mp3", { audio: ["3.mp3"] }),
      ]);
      expect(table.notes).toEqual([
        "neither pictures nor texts nor recordings, so passed over: 1 .md (README.md)",
      ]);
    });
  });

  it("are found in folders of their kind, of parts and of classes", async () => {
    const files = {
      ...(await pictures(2, "train/images/cat/")),
      "train/texts/cat/0.txt": "one",
      "train/audio/cat/0.wav": tone(1),
      ...(await pictures(1, "train/images/dog/")),
      "val/audio/dog/7.wav": tone(2),
      ...(await pictures(1, "val/images/cat/", "bar")),
    };
    await inFolder(files, async (folder) => {
      const table = await readItems(folder);
      expect(shown(table).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
        item("train/images/cat/0.png", {
          ...{
            image: "train/images/cat/0.png",
            texts: ["one"],
            audio: ["train/audio/cat/0.wav"],
            label: "cat",
          },
        }),
        item("train/images/cat/1.png", { image: "train/images/cat/1.png", label: "cat" }),
        item("train/images/dog/0.png", { image: "train/images/dog/0.png", label: "dog" }),
        item("val/audio/dog/7.wav", { audio: ["val/audio/dog/7.wav"], label: "dog", part: "validation" }),
        item("val/images/cat/0.png", { image: "val/images/cat/0.png", label: "cat", part: "validation" }),
      ]);
      expect((await readItems(folder, { unlabelled: true })).items.every(({ label }) => label === null)).toBe(
        true,
      );
    });
  });

  it("are recordings by their first bytes, and pictures too", async () => {
    const [picture] = Object.values(await pictures(1));
    await inFolder({ "a/x": tone(1), "a/y": picture!, "b/z.dat": "no sound" }, async (folder) => {
      const table = await readItems(folder);
      expect(shown(table)).toEqual(
        [item("a/x", { image: null, audio: ["a/x"], label: "a" }), item("a/y", { image: "a/y", label: "a" })]
          .toSorted((a, b) => (a.id < b.id ? -1 : 1))
          .map((each) => ({ ...each, label: "a" })),
      );
    });
  });

  it("take neither boxes, nor shards' numbers, nor texts that stand beside nothing", async () => {
    const boxes = {
      ...(await pictures(2)),
      "0.txt": "0 0.5 0.5 0.2 0.3\n1 0.1 0.2 0.3 0.4\n",
      "1.txt": "a 1",
    };
    await inFolder(boxes, async (folder) => {
      const table = await readItems(folder);
      expect(table.items.map(({ texts }) => texts)).toEqual([[], ["a 1"]]);
      expect(table.notes).toEqual([
        "1 text file holds numbers as of boxes, no texts, and is passed over, such as 0.txt",
      ]);
    });
    const shards = {
      ...(await pictures(1, "00000/")),
      ...(await pictures(1, "00001/", "bar")),
      "00000/0.txt": "a",
      "00001/0.txt": "b",
    };
    await inFolder(shards, async (folder) => {
      const table = await readItems(folder);
      expect(table.items.map(({ label, texts }) => [label, ...texts])).toEqual([
        [null, "a"],
        [null, "b"],
      ]);
      expect(table.notes).toEqual([
        "the folders are numbered as shards are, so that their names are no labels",
      ]);
    });
    await inFolder({ ...(await pictures(2, "cat/")), "cat/terms.txt": "of use" }, async (folder) => {
      const { items, notes } = await readItems(folder);
      expect(items.map(({ texts }) => texts)).toEqual([[], []]);
      expect(notes[0]).toContain("1 text file stands beside no picture or recording of its name");
    });
  });

  it("are listed where they cannot be read as text", async () => {
    const files = { ...(await pictures(2)), "0.txt": Uint8Array.of(0xff, 0xfe, 0xff), "1.txt": "\n \n" };
    await inFolder(files, async (folder) => {
      const { problems } = await readItems(folder);
      expect(problems).toEqual([
        { path: "0.txt", reason: "is no UTF-8 text: save it as UTF-8" },
        { path: "1.txt", reason: "is empty, expected a text in each line" },
      ]);
      expect(await refusal(readItems(folder, { strict: true }), folder)).toContain("0.txt: is no UTF-8 text");
    });
    await inFolder({ "x.dat": "y" }, async (folder) => {
      expect(await refusal(readItems(folder), folder)).toBe(
        "~ has no item, expected at least one picture, text or recording",
      );
    });
  });
});

describe("a folder with tables", () => {
  it("is read by metadata as Hugging Face has it, in each part", async () => {
    const files = {
      ...(await pictures(2, "train/")),
      "train/metadata.jsonl":
        '{"file_name": "0.png", "text": "zero"}\n{"file_name": "1.png", "text": "one"}\n',
      "test/a.wav": tone(1),
      "test/metadata.jsonl": '{"file_name": "a.wav", "text": "spoken"}\n',
    };
    await inFolder(files, async (folder) => {
      expect(shown(await readItems(folder))).toEqual([
        item("test/a.wav", { audio: ["test/a.wav"], texts: ["spoken"], part: "test" }),
        item("train/0.png", { image: "train/0.png", texts: ["zero"] }),
        item("train/1.png", { image: "train/1.png", texts: ["one"] }),
      ]);
    });
  });

  it("takes several columns of file names, as Hugging Face names them", async () => {
    const files = {
      ...(await pictures(2)),
      "a.wav": tone(1),
      "metadata.csv": "image_file_name,audio_file_name,transcription\n0.png,a.wav,hello\n1.png,,bye\n",
    };
    await inFolder(files, async (folder) => {
      expect(shown(await readItems(folder))).toEqual([
        item("0.png", { image: "0.png", audio: ["a.wav"], texts: ["hello"] }),
        item("1.png", { image: "1.png", texts: ["bye"] }),
      ]);
    });
  });

  it("is read by its files where the tables tell of pictures only, and refuses several that bring more", async () => {
    const files = {
      ...(await pictures(2, "cat/")),
      "labels.csv": "image,label\ncat/0.png,a\ncat/1.png,b\n",
      "other.csv": "image,label\ncat/0.png,a\ncat/1.png,b\n",
    };
    await inFolder(files, async (folder) => {
      expect((await readItems(folder)).items.map(({ label }) => label)).toEqual(["cat", "cat"]);
    });
    const texts = "image,text\ncat/0.png,a\n";
    await inFolder({ ...files, "one.csv": texts, "two.csv": texts }, async (folder) => {
      expect(await refusal(readItems(folder), folder)).toBe(
        "~ has several tables of items, ~/one.csv and ~/two.csv: give the one to take as --data",
      );
    });
    await inFolder(
      { ...files, "train.csv": texts, "val.csv": "image,text\ncat/1.png,b\n" },
      async (folder) => {
        expect((await readItems(folder)).items.map(({ id, part }) => [id, part])).toEqual([
          ["cat/0.png", "train"],
          ["cat/1.png", "validation"],
        ]);
      },
    );
  });
});
