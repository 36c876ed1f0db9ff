import { describe, expect, it } from "vitest";
import { InputError } from "../../base/index.ts";
import { numberClasses } from "../../data/classNumbers.ts";
import type { LabelChoice } from "./arrays/pixelTable.ts";
import { type PictureColumns, pictureColumns, pictureTable, type Table } from "./pictureTable.ts";

const untold: LabelChoice = { label: null, labelRequired: true, unlabelled: false };

function tableOf(names: readonly string[] | null, ...rows: (readonly unknown[])[]): Table {
  return { file: "t.csv", names, rows: rows.map((values, i) => ({ where: `line ${i + 2}`, values })) };
}

/** The columns, with files known by their ending. */
function columnsOf(table: Table, choice: Partial<LabelChoice> = {}): PictureColumns | null {
  const namesFiles = (column: number): boolean =>
    table.rows.some(({ values }) => String(values[column]).endsWith(".png"));
  return pictureColumns(table, namesFiles, { ...untold, ...choice });
}

/** Path, label and split by the names of their columns. */
function named(names: readonly string[], rows: (readonly unknown[])[], choice: Partial<LabelChoice> = {}) {
  const columns = columnsOf(tableOf(names, ...rows), choice);
  if (!columns) return null;
  return [columns.path, columns.label, columns.split].map((column) => names[column] ?? null);
}

describe("pictureColumns", () => {
  const files = ["a.png", "b.png", "c.png", "d.png"];
  const with2 = (first: readonly unknown[], second: readonly unknown[]) =>
    files.map((_, i) => [first[i], second[i]]);
  const classes = ["x", "x", "y", "y"];

  it.each(["path", "file_name", "Image", "img_path", "FileName", "filepath", "image id", "whatever"])(
    "finds the files in a column %s",
    (name) => {
      expect(named([name, "label"], with2(files, classes))).toEqual([name, "label", null]);
      expect(named(["label", name], with2(classes, files))).toEqual([name, "label", null]);
    },
  );

  it.each(["label", "labels", "class", "Class_Name", "category", "TARGET", "Id", "breed", "unheard of"])(
    "finds the labels in a column %s",
    (name) => {
      expect(named(["image", name], with2(files, classes))).toEqual(["image", name, null]);
    },
  );

  it("takes Id for the rows' numbers where another column has labels, or its values do not come again", () => {
    const rows = files.map((file, i) => [i, file, classes[i]]);
    expect(named(["Id", "image", "class"], rows)).toEqual(["image", "class", null]);
    expect(named(["Id", "image"], with2([1, 2, 3, 4], files))).toEqual(["image", null, null]);
  });

  it("finds the part, by the name split or by cells that all name one", () => {
    const rows = files.map((file, i) => [file, classes[i], i % 2 ? "train" : "Test"]);
    expect(named(["file", "label", "split"], rows)).toEqual(["file", "label", "split"]);
    expect(named(["file", "label", "Usage"], rows)).toEqual(["file", "label", "Usage"]);
    expect(
      named(
        ["file", "label", "set"],
        files.map((file) => [file, "x", "7"]),
      ),
    ).toEqual(["file", "label", null]);
  });

  it("takes what the user names, and says what it passed over", () => {
    const table = tableOf(
      ["file_name", "fine", "coarse", "age"],
      ...files.map((file, i) => [file, i % 2, 1, i]),
    );
    expect(columnsOf(table, { label: "fine" })).toEqual({
      ...{ path: 0, label: 1, split: -1 },
      notes: [
        't.csv: the labels are those of the column "fine"',
        't.csv: passed over are the columns "coarse" and "age"',
      ],
    });
    expect(columnsOf(table, { unlabelled: true })?.label).toBe(-1);
    expect(columnsOf(table, { labelRequired: false })?.label).toBe(-1);
    expect(() => columnsOf(table)).toThrow(
      new InputError(
        't.csv has the columns "fine", "coarse", none of them named label, class or the like: name that of the labels with --label-column, or pass over all with --unlabelled',
      ),
    );
    expect(() => columnsOf(table, { label: "none" })).toThrow('t.csv has no column "none" for the labels');
  });

  it("takes the first column whose values come again where there is no header, or the one of a number", () => {
    const table = tableOf(null, ...files.map((file, i) => [file, i % 2 ? "0.5" : "0.0", classes[i]]));
    expect(columnsOf(table)).toMatchObject({ path: 0, label: 1 });
    expect(columnsOf(table)?.notes).toEqual([
      "t.csv: the labels are those of column 2 of a table without a header",
      "t.csv: passed over is column 3",
    ]);
    expect(columnsOf(table, { label: "3" })?.label).toBe(2);
    expect(() => columnsOf(table, { label: "x" })).toThrow("t.csv has no header");
  });

  it("calls a column without a name by its number, and passes over an empty one without a word", () => {
    const rows = files.map((file, i) => [`${i}`, file, classes[i], ""]);
    expect(columnsOf(tableOf(["", "path", "label", ""], ...rows))?.notes).toEqual([
      "t.csv: passed over is column 1",
    ]);
  });

  it("is no table of files where no column names any, and asks where several do", () => {
    expect(named(["label", "pixel0"], [["3", "7"]])).toBeNull();
    expect(named(["image", "pixels"], [["3", "7"]])).toBeNull();
    expect(() => named(["left", "right"], with2(files, files))).toThrow(
      't.csv names files in the columns "left" and "right": give the one to take the name path',
    );
  });
});

describe("pictureTable", () => {
  it("reads paths, labels and parts; a blank label is none", () => {
    const table = tableOf(
      ["Image", "LABEL", "split"],
      ["a\\b.jpg", "cat", "train"],
      [" c.png ", 7n, "Valid"],
      ["d.gif", 0.5, "test"],
      ["e.gif", " ", null],
    );
    expect(pictureTable(table, { path: 0, label: 1, split: 2, notes: [] })).toEqual([
      { path: "a\\b.jpg", label: "cat", part: "train" },
      { path: "c.png", label: "7", part: "validation" },
      { path: "d.gif", label: "0.5", part: "test" },
      { path: "e.gif", label: null, part: "train" },
    ]);
  });

  it("gives labels that are numbers their names, and -1 none", () => {
    const table = tableOf(["image", "label"], ["a.png", 1n], ["b.png", -1], ["c.png", 0]);
    const listed = pictureTable(table, { path: 0, label: 1, split: -1, notes: [] }, ["cat", "dog"]);
    expect(listed.map(({ label }) => label)).toEqual(["dog", null, "cat"]);
  });

  it.each([
    [["", "cat", "train"], 't.csv: line 2: column "path" is empty, expected text or a number in every row'],
    [
      ["a.png", { bytes: 1 }, "train"],
      't.csv: line 2: column "label" holds what is neither text nor a number, expected text or a number in every row',
    ],
    [["a.png", "cat", "constructor"], 't.csv: line 2: split is "constructor", expected train, val or test'],
  ])("refuses %j", (row, message) => {
    const table = tableOf(["path", "label", "split"], row);
    expect(() => pictureTable(table, { path: 0, label: 1, split: 2, notes: [] })).toThrow(
      new InputError(message),
    );
  });

  it("refuses a table without rows", () => {
    expect(() => pictureTable(tableOf(["path"]), { path: 0, label: -1, split: -1, notes: [] })).toThrow(
      "t.csv names no pictures, expected a row for each",
    );
  });
});

describe("numberClasses", () => {
  it("counts names in the order of their code points", () => {
    const { labelOf, classes } = numberClasses(["dog", "Zebra", "ähre", "cat", "dog"]);
    expect(classes).toEqual(["Zebra", "cat", "dog", "ähre"]);
    expect(labelOf("dog")).toBe(2);
  });

  it("leaves whole numbers as they are, and takes what only looks like them for names", () => {
    const digits = numberClasses(["0", "9", "12"]);
    expect([digits.classes, digits.labelOf("12")]).toEqual([null, 12]);
    expect(numberClasses(["0", "07"]).classes).toEqual(["0", "07"]);
    expect(numberClasses(["0", "9999999999"]).classes).toEqual(["0", "9999999999"]);
  });

  it("puts new names after those that are known", () => {
    const { labelOf, classes } = numberClasses(["cat", "ant"], ["dog", "cat"]);
    expect(classes).toEqual(["dog", "cat", "ant"]);
    expect([labelOf("cat"), labelOf("ant")]).toEqual([1, 2]);
  });
});
