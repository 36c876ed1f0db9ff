import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import { type CsvOptions, CsvParser, parseCsv } from "./csv.ts";
import { encodeCsvHeader, encodeCsvRows } from "./csvWriter.ts";
import type { ImageDataset } from "./dataset.ts";

const header = "label,pixel0,pixel1,pixel2,pixel3";
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const options = (limit?: number): CsvOptions =>
  limit === undefined ? { file: "d.csv" } : { file: "d.csv", limit };
const parse = (text: string, limit?: number): ImageDataset => parseCsv(encode(text), options(limit));

/** What a chunked read gives: the data set, or the message of the error. */
function parseChunks(bytes: Uint8Array, cuts: readonly number[], limit?: number): ImageDataset | string {
  const parser = new CsvParser(options(limit));
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  let start = 0;
  try {
    for (const end of ends) {
      // A chunk of its own: a parser that reads beyond it, or keeps it, must not find the next bytes there.
      const chunk = bytes.slice(start, end);
      parser.push(chunk);
      chunk.fill(0x39);
      start = end;
    }
    return parser.finish();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

const datasets: fc.Arbitrary<ImageDataset> = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 150 }))
  .chain(([side, count]) =>
    fc.record({
      name: fc.constant("d.csv"),
      count: fc.constant(count),
      channels: fc.constant(1),
      height: fc.constant(side),
      width: fc.constant(side),
      pixels: fc.uint8Array({ minLength: count * side ** 2, maxLength: count * side ** 2 }),
      labels: fc.int32Array({ minLength: count, maxLength: count, min: 0 }),
    }),
  );

function write(dataset: ImageDataset): Uint8Array {
  return Uint8Array.of(...encodeCsvHeader(dataset), ...encodeCsvRows(dataset, 0, dataset.count));
}

describe("CsvParser", () => {
  it("reads labels and pixels in order", () => {
    expect(parse(`${header}\n7,0,1,2,255\n0,9,8,7,6\n`)).toEqual({
      name: "d.csv",
      count: 2,
      channels: 1,
      height: 2,
      width: 2,
      pixels: Uint8Array.of(0, 1, 2, 255, 9, 8, 7, 6),
      labels: Int32Array.of(7, 0),
    });
  });

  it("accepts other line ends, a missing last one, a byte order mark, blank last lines and quoted names", () => {
    const expected = parse(`${header}\n1,2,3,4,5\n6,7,8,9,10\n`);
    const crlf = `${header}\r\n1,2,3,4,5\r\n6,7,8,9,10\r\n`;
    const quoted = header.replaceAll(/\w+/g, '"$&"');
    for (const text of [
      crlf,
      crlf.slice(0, -2),
      crlf.slice(0, -1),
      `${crlf}\r\n\n\r\n`,
      `\uFEFF${crlf}`,
      `\uFEFF${quoted}\n1,2,3,4,5\n6,7,8,9,10`,
    ]) {
      expect(parse(text)).toEqual(expected);
    }
  });

  it("gives back what was written, however the bytes are cut", () => {
    fc.assert(
      fc.property(datasets, fc.array(fc.nat(), { maxLength: 20 }), (dataset, cuts) => {
        expect(parseChunks(write(dataset), cuts)).toEqual(dataset);
      }),
      { numRuns: 60 },
    );
  });

  it("gives the same result or message for any text, however the bytes are cut", () => {
    const field = fc.constantFrom("0", "255", "256", "7", "", "-1", "x", '"3"', "99999999999", "1.5", " 1");
    const line = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom("1,2,3,4,5", "0,0,0,0,0", "2147483647,255,255,255,255", "") },
      {
        weight: 1,
        arbitrary: fc.array(field, { minLength: 4, maxLength: 6 }).map((fields) => fields.join(",")),
      },
    );
    const text = fc
      .tuple(
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom("\n", "\r\n"),
        fc.constantFrom(header, "", "\uFEFFx"),
      )
      .map(([lines, end, first]) => encode([first, ...lines].join(end)));
    const limit = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined });
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 12 }), limit, (bytes, cuts, rows) => {
        expect(parseChunks(bytes, cuts, rows)).toEqual(parseChunks(bytes, [], rows));
        const everyByte = Array.from(bytes, (_, i) => i);
        expect(parseChunks(bytes, everyByte, rows)).toEqual(parseChunks(bytes, [], rows));
      }),
    );
  });

  it("puts a line together that is longer than its first buffer from many pieces", () => {
    const names = ["label", ...Array.from({ length: 784 }, (_, pixel) => `pixel${pixel}`)].join(",");
    const row = Array.from({ length: 785 }, (_, column) => column % 256);
    const bytes = encode(`${names}\n${row.join(",")}\n`);
    const cuts = Array.from({ length: bytes.length / 7 }, (_, piece) => 7 * piece);
    expect(parseChunks(bytes, cuts)).toMatchObject({
      count: 1,
      height: 28,
      pixels: Uint8Array.from(row.slice(1)),
    });
  });

  it("agrees with splitting the text", () => {
    fc.assert(
      fc.property(datasets, (dataset) => {
        const [, ...lines] = new TextDecoder().decode(write(dataset)).trimEnd().split("\n");
        const values = lines.map((text) => text.split(",").map(Number));
        expect(values.map(([label]) => label)).toEqual([...dataset.labels]);
        expect(values.flatMap(([, ...pixels]) => pixels)).toEqual([...dataset.pixels]);
      }),
      { numRuns: 30 },
    );
  });

  it("stops at the limit, whatever follows", () => {
    const parser = new CsvParser(options(2));
    parser.push(encode(`${header}\n1,2,3,4,5\n`));
    expect(parser.done).toBe(false);
    parser.push(encode("6,7,8,9,10\nnonsense\n"));
    expect(parser.done).toBe(true);
    // More than the longest line: nothing of it may be held.
    for (let i = 0; i < 5; i++) parser.push(new Uint8Array(2 ** 22).fill(0x31));
    const dataset = parser.finish();
    expect([dataset.count, dataset.pixels.length, [...dataset.labels]]).toEqual([2, 8, [1, 6]]);
    expect(parse(`${header}\n1,2,3,4,5`, 9).count).toBe(1);
  });

  it.each([
    ["", "d.csv is empty, expected a header label,pixel0,"],
    ["\n\n", "d.csv: line 1 is blank, expected a header"],
    [header, "d.csv ends after its header, expected a row for each image"],
    [`${header}\n\n\n`, "d.csv ends after its header, expected a row for each image"],
    ["1,2,3\n", 'd.csv: line 1, column 1 is "1", expected the header label,pixel0,pixel1,'],
    ["pixel0,pixel1\n1,2\n", "as in Kaggle's test.csv: give train.csv"],
    ["label,pixel0,pixel2\n", 'd.csv: line 1, column 3 is "pixel2", expected the header'],
    ["label\n1\n", "d.csv: line 1 names 0 pixel columns, expected those of a square image"],
    ["label,pixel0,pixel1\n1,2,3\n", "d.csv: line 1 names 2 pixel columns"],
    [`${header}\n1,2,3,4,5\n1,2,3,4\n`, "d.csv: line 3 has 4 fields, expected 5 as in the header"],
    [`${header}\n1,2,3,\n`, "d.csv: line 2 has 4 fields, expected 5"],
    [`${header}\n1,2,3,4,5,\n`, 'd.csv: line 2 has 6 fields, the first too many being "", expected 5'],
    [
      `${header}\n1,2,3,4,256\n`,
      'd.csv: line 2, column 5 (pixel3) is "256", out of range, expected a pixel from 0 to 255',
    ],
    [
      `${header}\n1,2,,4,5\n`,
      'd.csv: line 2, column 3 (pixel1) is "", no integer, expected a pixel from 0 to 255',
    ],
    [`${header}\n1,-2,3,4,5\n`, 'column 2 (pixel0) is "-2", out of range'],
    [`${header}\n1,2,3,4.5,5\n`, 'column 4 (pixel2) is "4.5", no integer'],
    [`${header}\n1,2,3,4,5 \n`, 'column 5 (pixel3) is "5 ", no integer'],
    [`${header}\n1,2,3,4,5\r\r\n`, 'column 5 (pixel3) is "5\\r", no integer'],
    [
      `${header}\n-1,2,3,4,5\n`,
      'd.csv: line 2, column 1 (label) is "-1", out of range, expected a label from 0 to 2147483647',
    ],
    [
      `${header}\n2147483648,2,3,4,5`,
      'column 1 (label) is "2147483648", out of range, expected a label from 0 to 2147483647',
    ],
    [`${header}\n1,2,3,4,${"9".repeat(400)}\n`, `column 5 (pixel3) is "${"9".repeat(40)}…", out of range`],
    [`${header}\n1,2,3,4,5\n\n6,7,8,9,10\n`, 'd.csv: line 3 is blank, but line 4 holds "6,7,8,9,10"'],
  ])("refuses %j in one line", (text, message) => {
    expect(() => parse(text)).toThrow(InputError);
    expect(() => parse(text)).toThrow(message);
    expect(parseChunks(encode(text), [])).not.toMatch(/[\r\n]/);
  });

  it("gives up on a line without end instead of holding all of it", () => {
    const parser = new CsvParser(options());
    const chunk = new Uint8Array(2 ** 22).fill(0x31);
    expect(() => {
      for (let i = 0; i < 100; i++) parser.push(chunk);
    }).toThrow("d.csv: line 1 is longer than 16 MiB");
  });
});
