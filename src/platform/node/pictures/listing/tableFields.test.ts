import { expect, it } from "vitest";
import { tableFields } from "./tableFields.ts";

it("fields hold numbers, truth or text, one kind a column; blank cells are null", () => {
  const names = ["path", "n", "code", "big", "flag", "mixed", "list", "blank", "_x", "N"];
  const rows = [
    ["a.png", "1.5e2", "01234", "9007199254740993", "TRUE", 3, [1], "", 1, 1],
    ["b.png", " ", "1234", "1", false, "x", [2], null, 2, 2],
    ["c.png", -7, "", 2n, "", true, null, undefined, 3, 3],
  ].map((values, i) => ({ where: `row ${i + 1}`, values }));
  const { fields, notes } = tableFields(
    { file: "t.jsonl", names, rows },
    { path: 0, label: -1, split: -1, notes: [] },
  );
  expect(fields).toEqual([
    { n: 150, code: "01234", big: "9007199254740993", flag: true, mixed: "3" },
    { n: null, code: "1234", big: "1", flag: false, mixed: "x" },
    { n: -7, code: null, big: "2", flag: null, mixed: "true" },
  ]);
  expect(notes).toEqual([
    't.jsonl: the column "_x" is no field to filter by, as its name begins with _, or has a dot, a backtick or a control character',
    't.jsonl: the column "N" is no field to filter by, as its name differs from another one in case at most',
    't.jsonl: fields to filter by are the columns "n", "code", "big", "flag" and "mixed"',
  ]);
});
