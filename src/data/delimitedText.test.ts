import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import { parseDelimited } from "./delimitedText.ts";

const fieldsOf = (text: string): (readonly string[])[] =>
  parseDelimited("t.csv", text).map(({ fields }) => fields);

describe("parseDelimited", () => {
  it("reads quotes, doubled quotes, commas and line breaks inside them, and the lines that records begin on", () => {
    const text = '\uFEFFpath,label\r\n"a, b.jpg","say ""hi"""\n\n"two\nlines",x\ny,';
    expect(parseDelimited("t.csv", text)).toEqual([
      { line: 1, fields: ["path", "label"] },
      { line: 2, fields: ["a, b.jpg", 'say "hi"'] },
      { line: 4, fields: ["two\nlines", "x"] },
      { line: 6, fields: ["y", ""] },
    ]);
  });

  it("has nothing of an empty text, and a record of a last line without an end", () => {
    expect(fieldsOf("")).toEqual([]);
    expect(fieldsOf("\n\r\n")).toEqual([]);
    expect(fieldsOf("a")).toEqual([["a"]]);
    expect(fieldsOf("a,b\rc,d\r")).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  it.each([
    ['a,b\nc,"d', "t.csv: line 2 begins a quoted field that has no end: close the quote"],
    [
      'a,b\nc,d"e"',
      "t.csv: line 2 has a quote inside a field that does not begin with one: put the whole field in quotes, and double the quotes in it",
    ],
    [
      'a,b\n"c"d,e',
      't.csv: line 2 goes on after a closing quote with "d", expected a separator or the end of the line',
    ],
    [
      'a,b\n"x\ny",z\nc',
      "t.csv: line 4 has 1 field, expected 2 as in the first line, separated by commas: put fields that hold one in quotes",
    ],
    [
      "a,b\nc,d,e",
      "t.csv: line 2 has 3 fields, expected 2 as in the first line, separated by commas: put fields that hold one in quotes",
    ],
  ])("refuses %j", (text, message) => {
    expect(() => fieldsOf(text)).toThrow(new InputError(message));
  });

  it("takes other separators, and several blanks for one", () => {
    const rows = [
      ["a b", "c", ""],
      ["d", "e|f,g", "h"],
    ];
    for (const separator of [";", "\t", "|"] as const) {
      const text = rows
        .map((row) => row.map((field) => (field.includes(separator) ? `"${field}"` : field)).join(separator))
        .join("\r\n");
      expect(parseDelimited("t.csv", text, separator).map(({ fields }) => fields)).toEqual(rows);
    }
    const blanks = parseDelimited("t.csv", 'a.png   1\tcat \n  "b c.png" 2 dog\n\n', " ");
    expect(blanks.map(({ fields }) => fields)).toEqual([
      ["a.png", "1", "cat"],
      ["b c.png", "2", "dog"],
    ]);
  });

  it("reads back what a writer of RFC 4180 wrote, whatever the fields hold", () => {
    const field = fc.string({
      unit: fc.constantFrom("a", "é", '"', ",", "\n", "\r", " ", "0"),
      maxLength: 6,
    });
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { maxLength: 6 }));
    const write = (value: string, always: boolean): string =>
      always || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    fc.assert(
      fc.property(table, fc.boolean(), fc.constantFrom("\n", "\r\n"), (rows, always, end) => {
        const text = rows.map((row) => row.map((value) => write(value, always)).join(",") + end).join("");
        expect(fieldsOf(text)).toEqual(rows);
      }),
    );
  });

  it("takes a quote where none may stand as a character, in loose text", () => {
    const text = '1\ta man in " boots "\n2\t"Hello" he said\n3\t"a\tb"\n4\t" open\n';
    const fields = parseDelimited("t.tsv", text, "\t", "loose").map((record) => record.fields);
    expect(fields).toEqual([
      ["1", 'a man in " boots "'],
      ["2", '"Hello" he said'],
      ["3", "a\tb"],
      ["4", '" open'],
    ]);
    expect(() => parseDelimited("t.tsv", text, "\t")).toThrow(/line 1 has a quote inside a field/);
  });
});
