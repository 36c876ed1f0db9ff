import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import { numberClasses } from "./classNumbers.ts";
import { isPictureTable, pictureTable } from "./pictureTable.ts";

const rows = (...values: (readonly unknown[])[]) =>
  values.map((row, i) => ({ where: `line ${i + 2}`, values: row }));

describe("pictureTable", () => {
  it("finds path, label and split, whatever else there is", () => {
    const columns = ["Id", " Image ", "LABEL", "split"];
    expect(isPictureTable(columns)).toBe(true);
    const table = rows([1, "a\\b.jpg", "cat", "train"], [2, " c.png ", 7n, "Valid"], [3, "d.gif", 0, "test"]);
    expect(pictureTable("t.csv", columns, table)).toEqual([
      { path: "a/b.jpg", label: "cat", part: "train" },
      { path: "c.png", label: "7", part: "validation" },
      { path: "d.gif", label: "0", part: "test" },
    ]);
    expect(pictureTable("t.csv", ["file"], rows(["x.png"]))).toEqual([
      { path: "x.png", label: null, part: "train" },
    ]);
    expect(isPictureTable(["label", "pixel0"])).toBe(false);
  });

  it.each([
    [
      ["path", "label"],
      ["a.jpg", ""],
      't.csv: line 2: column "label" is empty, expected text or a whole number in every row',
    ],
    [
      ["path", "label"],
      ["a.jpg", 1.5],
      't.csv: line 2: column "label" holds "1.5", expected text or a whole number in every row',
    ],
    [
      ["image"],
      [{ bytes: 1 }],
      't.csv: line 2: column "image" holds what is neither, expected text or a whole number in every row',
    ],
    [
      ["path", "split"],
      ["a.jpg", "constructor"],
      't.csv: line 2: split is "constructor", expected train, val or test',
    ],
    [
      ["name", "label"],
      ["a.jpg", "b"],
      't.csv has the columns "name", "label", expected one of path, file, filename, image with the pictures\' paths',
    ],
  ])("refuses %j of %j", (columns, row, message) => {
    expect(() => pictureTable("t.csv", columns, rows(row))).toThrow(new InputError(message));
  });

  it("refuses a table without rows", () => {
    expect(() => pictureTable("t.csv", ["path"], [])).toThrow(
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
