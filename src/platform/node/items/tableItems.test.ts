import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { NoItemsError } from "../../../data/items/index.ts";
import { inFolder, pictures, refusal, shown, tone } from "./items.fixture.ts";
import { readItems } from "./readItems.ts";

const item = (id: string, more: object = {}) => ({
  ...{ id, image: null, texts: [], audio: [], label: null, part: "train", ...more },
});

describe("tables of text", () => {
  it("makes one item of the rows of one picture, with a text of each, as of Flickr8k", async () => {
    const files = {
      ...(await pictures(2, "Images/")),
      "captions.txt":
        'image,caption\n0.png,"A dog, running"\n0.png,A brown dog .\n1.png,Two "cats"\n0.png,"A dog, running"\n',
    };
    await inFolder(files, async (folder) => {
      const expected = [
        item("Images/0.png", { image: "Images/0.png", texts: ["A dog, running", "A brown dog ."] }),
        item("Images/1.png", { image: "Images/1.png", texts: ['Two "cats"'] }),
      ];
      const table = await readItems(join(folder, "captions.txt"));
      expect(shown(table)).toEqual(expected);
      expect(table.grouping).toBe("none");
      expect([...table.groups]).toEqual([0, 1]);
      expect(table.notes.join("\n")).toContain("its files lie in Images/");
      expect(shown(await readItems(folder))).toEqual(expected);
    });
  });

  it("reads pictures, texts, recordings, labels, parts and fields of one table", async () => {
    const files = {
      ...(await pictures(3)),
      "a.wav": tone(1),
      "b.wav": tone(2),
      "t.tsv":
        "image\ttext\taudio\tlabel\tsplit\tyear\n0.png\ta dog\ta.wav\tdog\ttrain\t1999\n1.png\t\tb.wav\tdog\tval\t\n2.png\ta cat\t\tcat\ttest\t2001\n\tno picture\t\tcat\ttrain\t2002\n",
    };
    await inFolder(files, async (folder) => {
      const table = await readItems(join(folder, "t.tsv"), { fields: true });
      expect(shown(table)).toEqual([
        item("0.png", { image: "0.png", texts: ["a dog"], audio: ["a.wav"], label: "dog" }),
        item("1.png", { image: "1.png", audio: ["b.wav"], label: "dog", part: "validation" }),
        item("2.png", { image: "2.png", texts: ["a cat"], label: "cat", part: "test" }),
        item("4", { texts: ["no picture"], label: "cat" }),
      ]);
      expect(table.items.map(({ fields }) => fields)).toEqual([
        { year: 1999 },
        { year: null },
        { year: 2001 },
        { year: 2002 },
      ]);
      expect([...table.groups]).toEqual([1, 1, 0, 0]);
      expect(table.groupNames).toEqual(["cat", "dog"]);
    });
  });

  it("reads a byte-order mark, CRLF, emoji, text from right to left and 10,000 characters as they are", async () => {
    const texts = ["👩‍🚀 in space", "שלום עולם", "x".repeat(10_000)];
    const csv = `\uFEFFimage;caption\r\n${texts.map((text, i) => `${i}.png;${text}`).join("\r\n")}\r\n`;
    await inFolder({ ...(await pictures(3)), "t.csv": csv }, async (folder) => {
      const { items } = await readItems(join(folder, "t.csv"));
      expect(items.flatMap((each) => each.texts)).toEqual(texts);
    });
  });

  it("reads a table without a header, with the numbers of texts behind the files", async () => {
    const tsv = '0.png#0\tA dog, a cat and " boots "\n0.png#1\tA dog\n1.png#0\tA bird , flying\n';
    await inFolder({ ...(await pictures(2)), "t.txt": tsv }, async (folder) => {
      const table = await readItems(join(folder, "t.txt"));
      expect(shown(table)).toEqual([
        item("0.png", { image: "0.png", texts: ['A dog, a cat and " boots "', "A dog"] }),
        item("1.png", { image: "1.png", texts: ["A bird , flying"] }),
      ]);
      expect(table.notes.join("\n")).toContain("has no header: column 1 is image and column 2 is text");
    });
  });

  it("takes several columns of texts, lists of texts, and files of either kind", async () => {
    const lines = [
      { file_name: "0.png", caption_0: "one", caption_1: "uno", caption_en: "eins" },
      { file_name: "a.wav", caption_0: "two" },
      { file_name: "1.png", caption_0: ["three", "tres"] },
      { file_name: "2.png", caption_1: '["four", "cuatro"]' },
    ];
    const files = {
      ...(await pictures(3)),
      "a.wav": tone(1),
      "t.jsonl": lines.map((line) => JSON.stringify(line)).join("\n"),
    };
    await inFolder(files, async (folder) => {
      expect(shown(await readItems(join(folder, "t.jsonl")))).toEqual([
        item("0.png", { image: "0.png", texts: ["one", "uno", "eins"] }),
        item("a.wav", { texts: ["two"], audio: ["a.wav"] }),
        item("1.png", { image: "1.png", texts: ["three", "tres"] }),
        item("2.png", { image: "2.png", texts: ["four", "cuatro"] }),
      ]);
    });
  });

  it("keeps several pictures of one thing as rows of one group, by label or by equal texts", async () => {
    const files = {
      ...(await pictures(4)),
      "concepts.csv": "image,concept,text\n0.png,sun,sun\n1.png,sun,sun\n2.png,moon,the moon\n3.png,,Sun\n",
      "texts.csv": "image,text\n0.png,sun\n1.png,SUN\n2.png,moon\n3.png,sun\n",
      "list.jsonl": '{"images": ["0.png", "1.png"], "text": "sun"}\n{"images": ["2.png"], "text": "moon"}',
    };
    await inFolder(files, async (folder) => {
      const concepts = await readItems(join(folder, "concepts.csv"));
      expect([...concepts.groups]).toEqual([1, 1, 0, 2]);
      expect(concepts.grouping).toBe("label");
      const texts = await readItems(join(folder, "texts.csv"));
      expect([...texts.groups]).toEqual([0, 0, 1, 0]);
      expect(texts.grouping).toBe("texts");
      expect(texts.groupNames).toEqual(["sun", "moon"]);
      const list = await readItems(join(folder, "list.jsonl"));
      expect(list.items.map(({ id }) => id)).toEqual(["0.png", "1.png", "2.png"]);
      expect([...list.groups]).toEqual([0, 0, 1]);
      const unlabelled = await readItems(join(folder, "concepts.csv"), { unlabelled: true });
      expect([...unlabelled.groups]).toEqual([0, 0, 1, 0]);
    });
  });

  it("goes through JSON Lines a part at a time, also where a line is cut by one", async () => {
    const texts = Array.from({ length: 3000 }, (_, i) => `text ${i}${"ü".repeat(i % 300)}`);
    const jsonl = texts.map((text) => JSON.stringify({ text })).join("\r\n");
    await inFolder({ "t.jsonl": jsonl }, async (folder) => {
      const { items } = await readItems(join(folder, "t.jsonl"));
      expect(items.flatMap((each) => each.texts)).toEqual(texts);
      expect(items[2999]!.id).toBe("3000");
    });
  });
});

describe("Parquet", () => {
  it("reads files that it holds, lists of texts and labels by number", async () => {
    const files = Object.values(await pictures(3));
    await inFolder({}, async (folder) => {
      const bytesAndPath = [
        { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
        { name: "path", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
      ] as const;
      parquetWriteFile({
        filename: join(folder, "t.parquet"),
        schema: [
          { name: "root", num_children: 4 },
          { name: "image", repetition_type: "OPTIONAL", num_children: 2 },
          ...bytesAndPath,
          { name: "audio", repetition_type: "OPTIONAL", num_children: 2 },
          ...bytesAndPath,
          { name: "captions", repetition_type: "OPTIONAL", converted_type: "LIST", num_children: 1 },
          { name: "list", repetition_type: "REPEATED", num_children: 1 },
          { name: "element", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
          { name: "label", type: "INT64", repetition_type: "OPTIONAL" },
        ],
        columnData: [
          {
            name: "image",
            data: files.map((bytes, i) => ({ bytes: Uint8Array.from(bytes), path: `${i}.png` })),
          },
          { name: "audio", data: [{ bytes: tone(1), path: null }, null, { bytes: tone(2), path: "x.wav" }] },
          { name: "captions", data: [["a", "b"], ["c"], null] },
          { name: "label", data: [0n, 1n, -1n] },
        ],
        kvMetadata: [
          {
            key: "huggingface",
            value: JSON.stringify({ info: { features: { label: { names: ["one", "two"] } } } }),
          },
        ],
      });
      for (const source of [join(folder, "t.parquet"), folder]) {
        const table = await readItems(source);
        expect(shown(table)).toEqual([
          item("0.png", { image: "0.png", texts: ["a", "b"], audio: ["1"], label: "one" }),
          item("1.png", { image: "1.png", texts: ["c"], label: "two" }),
          item("2.png", { image: "2.png", audio: ["x.wav"], label: null }),
        ]);
        expect(table.items[2]!.audio[0]!.file).not.toBe(table.items[0]!.audio[0]!.file);
      }
    });
  });
});

describe("what is wrong with a table", () => {
  it("tells what is no table of items apart from one that is wrong, and does not read pixels as text", async () => {
    const pixels = Array.from({ length: 785 }, (_, i) => i).join();
    const files = {
      "pixels.csv": `${pixels}\n${pixels}\n`,
      "bad.csv": "image,split\n0.png,week\n",
      "x.idx": "x",
    };
    await inFolder(files, async (folder) => {
      for (const source of [join(folder, "pixels.csv"), join(folder, "x.idx")]) {
        await expect(readItems(source)).rejects.toThrow(NoItemsError);
      }
      await expect(readItems(join(folder, "pixels.csv"))).rejects.toThrow(
        /has 785 columns, expected at most 256/,
      );
      await expect(readItems(join(folder, "bad.csv"))).rejects.not.toThrow(NoItemsError);
    });
  });

  it("lists rows whose file is missing or on the web, skips them, and refuses them where it is strict", async () => {
    const csv = "image,text\n0.png,zero\ngone.png,gone\nhttps://example.org/1.png,web\n1.png,one\n";
    await inFolder({ ...(await pictures(2)), "t.csv": csv }, async (folder) => {
      const table = await readItems(join(folder, "t.csv"));
      expect(table.items.map(({ id }) => id)).toEqual(["0.png", "1.png"]);
      expect(table.problems.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
        expect.stringMatching(/^gone\.png: line 3: cannot be read: no such file/),
        "https://example.org/1.png: line 4: is an address on the web, which is not fetched: download the file and name that",
      ]);
      expect(await refusal(readItems(join(folder, "t.csv"), { strict: true }), folder)).toMatch(
        /t\.csv has rows or files that --strict refuses: gone\.png: line 3: .*\(and 1 more\)$/,
      );
    });
  });

  it("takes no file out of the folder where that is not allowed", async () => {
    const files = {
      ...(await pictures(1, "in/")),
      ...(await pictures(1, "out/")),
      "in/t.csv": "image,text\n0.png,in\n../out/0.png,out\nlink/0.png,linked\n",
    };
    await inFolder(files, async (folder) => {
      await mkdir(join(folder, "in", "x"));
      await symlink(join(folder, "out"), join(folder, "in", "link"));
      const { items, problems } = await readItems(join(folder, "in", "t.csv"), { outside: false });
      expect(items.map(({ id }) => id)).toEqual(["0.png"]);
      expect(problems.map(({ path }) => path)).toEqual(["../out/0.png", "link/0.png"]);
      for (const { reason } of problems) expect(reason).toContain("leads out of the folder");
      expect((await readItems(join(folder, "in", "t.csv"))).items).toHaveLength(2);
    });
  });

  it("says which columns are there and which were expected", async () => {
    await inFolder({ "t.csv": "pixel0,pixel1,label\n1,2,3\n", "d.txt": "0\n1\n" }, async (folder) => {
      expect(await refusal(readItems(join(folder, "t.csv")), folder)).toBe(
        '~/t.csv has no column of pictures, texts or recordings: its columns are "pixel0", "pixel1" and "label", expected some of image, text (or caption, captions) and audio, or file_name for files of either kind',
      );
    });
  });

  it.each([
    ["empty.csv", "", /empty\.csv is empty/],
    ["empty.jsonl", "\n", /empty\.jsonl is empty, expected a JSON object in each line/],
    [
      "broken.jsonl",
      '{"text": "a"}\n{"text": \n',
      /broken\.jsonl: line 2 is "\{\\"text\\": ", expected a JSON object/,
    ],
    [
      "mixed.jsonl",
      '{"text": "a"}\n{"text": {"en": "b"}}\n',
      /mixed\.jsonl: line 2: column "text" holds an object/,
    ],
    [
      "split.csv",
      "text,split\na,train\nb,fold7\n",
      /split\.csv: line 3: column "split" is "fold7", expected train, val or test/,
    ],
    ["none.csv", "image,text\n,\n", /none\.csv has no item, expected .*, 1 row is empty$/],
    ["wide.csv", "image,text\n0.png,a,b\n", /wide\.csv: line 2 has 3 fields, expected 2/],
    ["a.tar", "x", /a\.tar is an archive, which is not read as it is: unpack it/],
    ["latin.jsonl", Uint8Array.of(0x7b, 0xff, 0x7d), /latin\.jsonl is no UTF-8 text/],
  ])("refuses %s in one line", async (name, content, message) => {
    await inFolder({ [name]: content }, async (folder) => {
      expect(await refusal(readItems(join(folder, name)), folder)).toMatch(message);
    });
  });

  it("leaves out a picture that has two labels, and a text whose id comes again", async () => {
    const files = {
      ...(await pictures(2)),
      "labels.csv": "image,label,text\n0.png,a,x\n0.png,b,y\n1.png,a,z\n",
      "ids.csv": "id,text\n7,x\n7,y\n8,z\n",
    };
    await inFolder(files, async (folder) => {
      const labels = await readItems(join(folder, "labels.csv"));
      expect(labels.items.map(({ id }) => id)).toEqual(["1.png"]);
      expect(labels.problems).toEqual([
        { path: "0.png", reason: 'is "a" (train) in line 2 and "b" (train) in line 3: keep one' },
      ]);
      const ids = await readItems(join(folder, "ids.csv"));
      expect(ids.items.map(({ id }) => id)).toEqual(["7", "8"]);
      expect(ids.problems).toEqual([
        { path: "7", reason: "is the id of line 2 and of line 3: give each row its own" },
      ]);
    });
  });

  it("tells of a column of texts that is empty in every row", async () => {
    await inFolder(
      { ...(await pictures(2)), "t.csv": "image,caption\n0.png,\n1.png, \n" },
      async (folder) => {
        const { items, notes } = await readItems(join(folder, "t.csv"));
        expect(items.map(({ texts }) => texts)).toEqual([[], []]);
        expect(notes.join("\n")).toContain('the column "caption" is empty in every row');
      },
    );
  });
});
