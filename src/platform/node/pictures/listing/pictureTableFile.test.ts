import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFiles } from "../drawnPictures.fixture.ts";
import { listPictureFolder, type PictureListing } from "./pictureListing.ts";
import { listPictureTable, type TableOptions } from "./pictureTableFile.ts";
import { withTables } from "./tablesInFolder.ts";

const usual: TableOptions = { label: null, labelRequired: true, unlabelled: false, outside: true };

let root: string;
const at = (...parts: string[]): string => join(root, ...parts);

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "kindred-tables-")));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Files whose content does not matter, and tables with theirs. */
async function write(
  names: readonly string[],
  tables: Readonly<Record<string, Uint8Array | string>> = {},
): Promise<void> {
  await writeFiles(root, { ...Object.fromEntries(names.map((name) => [name, name])), ...tables });
}

/** A listing in a form that is easy to compare. */
function plain({ pictures, problems, notes = [] }: PictureListing) {
  const shown = (text: string): string => text.replaceAll(root, "~");
  return {
    pictures: pictures.map(({ path, label, part }) => [
      shown(path),
      label,
      ...(part === "train" ? [] : [part]),
    ]),
    problems: problems.map(({ path, reason }) => shown(`${path}: ${reason}`)),
    notes: notes.map(shown),
  };
}

const listed = async (table: string, options: Partial<TableOptions> = {}) =>
  plain(await listPictureTable(at(table), { ...usual, ...options }));

/** What a folder's own folders and its tables tell. */
async function inFolder(folder: string, options: Partial<TableOptions> = {}) {
  return plain(await listedFolder(folder, options));
}

async function listedFolder(folder: string, options: Partial<TableOptions> = {}): Promise<PictureListing> {
  const found = await listPictureFolder(at(folder), false);
  return (await withTables(at(folder), found, { ...usual, ...options }))!;
}

const two = [
  ["a.png", "x"],
  ["b.png", "y"],
];

describe("listPictureTable", () => {
  it.each([
    ["commas", "path,label\na.png,x\nb.png,y\n"],
    ["semicolons", "path;label\na.png;x\nb.png;y\n"],
    ["tabs", "path\tlabel\na.png\tx\nb.png\ty\n"],
    ["blanks", "path  label\na.png   x\nb.png   y\n"],
    [
      "a byte-order mark, line ends of Windows and quotes",
      '\uFEFF"path","label"\r\n"a.png","x"\r\n"b.png","y"\r\n',
    ],
    ["UTF-16", Buffer.from("\uFEFFpath\tlabel\na.png\tx\nb.png\ty\n", "utf16le")],
  ])("reads %s", async (_, text) => {
    await write(["d/a.png", "d/b.png"], { "d/t.csv": text });
    expect((await listed("d/t.csv")).pictures).toEqual(two);
  });

  it("reads a table without a header, of names with blanks and of paths alone", async () => {
    await write(["a.png", "b c.png", "d.png", "e.png"], {
      "t.txt": "a.png 1 mono\nd.png 1 poly\ne.png 2 mono\na.png 1 mono\n",
      "paths.txt": "a.png\nb c.png\n",
    });
    const { pictures, notes } = await listed("t.txt");
    expect(pictures).toEqual([
      ["a.png", "1"],
      ["d.png", "1"],
      ["e.png", "2"],
    ]);
    expect(notes).toEqual([
      "~/t.txt: the labels are those of column 2 of a table without a header",
      "~/t.txt: passed over is column 3",
      "~/t.txt: 1 row names a file that another one names likewise, which is taken once",
    ]);
    expect((await listed("paths.txt")).pictures).toEqual([
      ["a.png", null],
      ["b c.png", null],
    ]);
  });

  it("reads JSON Lines", async () => {
    await write(["a.png", "b.png"], {
      "m.jsonl": '{"file_name": "a.png", "label": 3}\n{"label": 4, "file_name": "b.png", "boxes": [[1]]}\n',
      "bad.jsonl": '{"file_name": "a.png"}\nnonsense\n',
    });
    expect((await listed("m.jsonl")).pictures).toEqual([
      ["a.png", "3"],
      ["b.png", "4"],
    ]);
    await expect(listed("bad.jsonl")).rejects.toThrow('line 2 is "nonsense", expected a JSON object');
  });

  it("finds files by absolute paths, outside, with backslashes, in other capitals and without their ending", async () => {
    await write(["x.png", "d/p/a b, ü.png", "d/C.PNG", "d/p/e.jpg", "d/f.png"]);
    const rows = [
      '"p/a b, ü.png",1',
      "./c.png,1",
      "../x.png,2",
      "p\\E.jpg,2",
      `${at("d/f.png")},2`,
      "none.png,1",
    ];
    await write([], {
      "d/t.csv": `path,label\r\n${rows.join("\r\n")}\r\n`,
      "d/ids.csv": "id,breed\nf,1\nC,1\n",
    });
    expect(await listed("d/t.csv")).toEqual({
      pictures: [
        ["p/a b, ü.png", "1"],
        ["C.PNG", "1"],
        ["../x.png", "2"],
        ["p/e.jpg", "2"],
        ["f.png", "2"],
      ],
      problems: ["none.png: cannot be read: no such file or folder: check the path (ENOENT)"],
      notes: [],
    });
    expect((await listed("d/ids.csv")).pictures).toEqual([
      ["f.png", "1"],
      ["C.PNG", "1"],
    ]);
  });

  it("takes no file outside where that is not allowed", async () => {
    await write(["x.png", "d/a.png"], { "d/t.csv": `path\na.png\n../x.png\n${at("x.png")}\n` });
    const { pictures, problems } = await listed("d/t.csv", { outside: false });
    expect(pictures).toEqual([["a.png", null]]);
    expect(problems).toEqual([
      "../x.png: leads out of the folder, to ~/x.png: put the picture itself there, or allow files outside (--outside)",
      "~/x.png: leads out of the folder, to ~/x.png: put the picture itself there, or allow files outside (--outside)",
    ]);
  });

  it("finds the folder that the names are of, and asks where it may be several", async () => {
    await write(["images/a.png", "images/b.png", "other/c.png"], {
      "t.csv": "image,label\na.png,x\nb.png,y\n",
    });
    const { pictures, notes } = await listed("t.csv");
    expect(pictures).toEqual([
      ["images/a.png", "x"],
      ["images/b.png", "y"],
    ]);
    expect(notes).toEqual(["~/t.csv: its files lie in images/"]);
    await write(["copies/a.png", "copies/b.png"]);
    await expect(listed("t.csv")).rejects.toThrow(
      "names files that are in copies/ and in images/: write the folder before each name",
    );
  });

  it("leaves out rows without a label, and counts them, but where no row has one", async () => {
    await write(["a.png", "b.png", "c.png"], { "t.csv": "path,label\na.png,x\nb.png,\nc.png,y\n" });
    const { pictures, notes } = await listed("t.csv");
    expect(pictures).toEqual([
      ["a.png", "x"],
      ["c.png", "y"],
    ]);
    expect(notes).toEqual([
      "1 of 3 pictures of ~/t.csv have no label and are left out (--unlabelled takes all, without labels)",
    ]);
    expect((await listed("t.csv", { unlabelled: true })).pictures).toHaveLength(3);
  });

  it("takes a file that is named with several labels for none of them", async () => {
    await write(["a.png", "b.png"], { "t.csv": "path,label\na.png,x\nb.png,y\n./a.png,y\n" });
    const { pictures, problems } = await listed("t.csv");
    expect(pictures).toEqual([["b.png", "y"]]);
    expect(problems).toEqual(['a.png: is named as "x" (train) and as "y" (train): keep one of the rows']);
  });

  it("takes folders named train and test for the parts where all files are in such", async () => {
    await write(["train/a.png", "test/b.png"], { "t.csv": "path,label\ntrain/a.png,x\ntest/b.png,x\n" });
    expect((await listed("t.csv")).pictures).toEqual([
      ["train/a.png", "x"],
      ["test/b.png", "x", "test"],
    ]);
  });

  it("says of a table that names no pictures which columns it has", async () => {
    await write([], { "t.csv": "who,what\n1,2\n" });
    await expect(listed("t.csv")).rejects.toThrow(
      't.csv names no pictures: it has the columns "who", "what", expected one with the pictures\' paths',
    );
  });
});

describe("withTables", () => {
  it("takes the labels of a table in the folder, and of one beside it", async () => {
    await write(["d/images/a.png", "d/images/b.png", "d/images/c.png"], {
      "d/labels.csv": "images/a.png  0.0  mono\nimages/b.png  0.0  poly\n",
      "d/notes.txt": "nothing of the kind",
    });
    const own = await inFolder("d");
    expect(own.pictures).toEqual([
      ["images/a.png", "0.0"],
      ["images/b.png", "0.0"],
    ]);
    expect(own.notes).toEqual([
      "the labels are those of ~/d/labels.csv",
      "~/d/labels.csv: the labels are those of column 2 of a table without a header",
      "~/d/labels.csv: passed over is column 3",
      "1 picture of ~/d is in no table and left out, such as images/c.png",
    ]);
    expect((await listedFolder("d")).otherFiles).toEqual([{ ending: ".txt", paths: ["notes.txt"] }]);
    expect((await inFolder("d/images")).pictures).toEqual([
      ["a.png", "0.0"],
      ["b.png", "0.0"],
    ]);
  });

  it("takes no labels from embeddings that Kindred wrote", async () => {
    await write(["d/a.png", "d/b.png"], {
      "e.csv": "id,path,class,label,split,e0\na.png,d/a.png,x,0,train,1\nb.png,d/b.png,x,0,train,1\n",
    });
    expect(await inFolder("d")).toEqual({
      pictures: [
        ["a.png", null],
        ["b.png", null],
      ],
      problems: [],
      notes: [],
    });
  });

  it("leaves folders of classes as they are, and names the table that it passed over", async () => {
    await write(["d/x/a.png", "d/y/b.png"], { "d/labels.csv": "path,label\nx/a.png,1\ny/b.png,2\n" });
    expect(await inFolder("d")).toEqual({
      pictures: [
        ["x/a.png", "x"],
        ["y/b.png", "y"],
      ],
      problems: [],
      notes: [
        "~/d/labels.csv is passed over, as the folders tell the classes: give it as --data to take its labels",
      ],
    });
  });

  it("takes tables of parts together", async () => {
    await write(["d/train/a.png", "d/train/b.png", "d/test/a.png"], {
      "d/train.csv": "image,label\na.png,x\nb.png,y\n",
      "d/test.csv": "image\na.png\n",
    });
    expect((await inFolder("d")).pictures).toEqual([
      ["train/a.png", "x"],
      ["train/b.png", "y"],
      ["test/a.png", null, "test"],
    ]);
    await write(["e/train/a.png", "e/test/a.png"], {
      "e/train/metadata.jsonl": '{"file_name":"a.png","label":"x"}\n',
      "e/test/metadata.csv": "file_name,label\na.png,y\n",
    });
    expect((await inFolder("e")).pictures).toEqual([
      ["train/a.png", "x"],
      ["test/a.png", "y", "test"],
    ]);
  });

  it("asks where several tables or several columns may be meant", async () => {
    const labels = "path,label\na.png,x\nb.png,y\n";
    await write(["d/a.png", "d/b.png", "e/a.png", "e/b.png"], {
      ...{ "d/labels.csv": labels, "d/other.csv": labels },
      "e/metadata.csv": "file_name,age,sex\na.png,1,f\nb.png,1,f\n",
    });
    await expect(inFolder("d")).rejects.toThrow("other.csv: give the one to take as --data");
    await expect(inFolder("e")).rejects.toThrow('the columns "age", "sex", none of them named label');
    expect((await inFolder("e", { label: "sex" })).pictures).toEqual([
      ["a.png", "f"],
      ["b.png", "f"],
    ]);
    expect((await inFolder("e", { unlabelled: true })).pictures).toHaveLength(2);
  });
});
