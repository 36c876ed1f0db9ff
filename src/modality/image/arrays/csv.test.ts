import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../base/index.ts";
import type { ImageDataset } from "../imageDataset.ts";
import { type CsvOptions, CsvParser, parseCsv } from "./csv.ts";
import { encodeCsvHeader, encodeCsvRows } from "./csvWriter.ts";

const header = "label,pixel0,pixel1,pixel2,pixel3";
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string, options: Partial<CsvOptions> = {}): ImageDataset =>
  parseCsv(encode(text), { file: "d.csv", ...options });
/** What was read, and what there is to say about it. */
function noted(text: string, options: Partial<CsvOptions> = {}): ImageDataset & { notes: readonly string[] } {
  const parser = new CsvParser({ file: "d.csv", ...options });
  parser.push(encode(text));
  return { ...parser.finish(), notes: parser.notes };
}

/** What a chunked read gives: the data set, or the message of the error. */
function parseChunks(bytes: Uint8Array, cuts: readonly number[]): ImageDataset | string {
  const parser = new CsvParser({ file: "d.csv" });
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
    const field = fc.constantFrom(
      "0",
      "255",
      "256",
      "7",
      "",
      "-1",
      "x",
      '"3"',
      "99999999999",
      "1.5",
      " 1",
      "2.0",
    );
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
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 12 }), (bytes, cuts) => {
        expect(parseChunks(bytes, cuts)).toEqual(parseChunks(bytes, []));
        const everyByte = Array.from(bytes, (_, i) => i);
        expect(parseChunks(bytes, everyByte)).toEqual(parseChunks(bytes, []));
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

  it.each([
    ["", "d.csv is empty, expected a row of pixels for each image"],
    ["\n\n", "d.csv: line 1 is blank, expected a header"],
    [header, "d.csv ends after its header, expected a row of pixels for each image"],
    [`${header}\n\n\n`, "d.csv ends after its header, expected a row of pixels for each image"],
    [
      "1,2,3,4,5,6,7,8\n",
      "d.csv: line 1 has 8 columns, no name of a picture and no header, expected a square number",
    ],
    [
      "1,2,3,4\n",
      "d.csv has 4 columns and no header: that may be a label and 3 x 1 x 1 pixels, or 2 x 2 pixels alone",
    ],
    ["label\n1\n", 'd.csv: line 1 names 0 columns beside the labels ("label"), expected a square number'],
    [
      "label,pixel0,pixel1\n1,2,3\n",
      'd.csv: line 1 names 2 columns beside the labels ("label"), expected a square number',
    ],
    [
      "a,b,c,d,e,f,g,h\n1,2,3,4,5,6,7,8\n",
      'd.csv: line 1 names 8 columns ("a", "b", "c", "d", …), none of them named for labels',
    ],
    [
      "who,what,p0,p1,p2,p3\n1,2,3,4,5,6\n",
      'd.csv has the columns "who", "what" beside its pixels, none of them named label',
    ],
    [
      `${header}\n1,2,3,4,5\n1,2,3,4\n`,
      "d.csv: line 3 has 4 fields, expected 5 as in line 1, separated by commas",
    ],
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
    [
      `${header}\n1,2,3,0.4,5\n`,
      'column 4 (pixel2) is "0.4", no integer, expected a pixel from 0 to 255: multiply',
    ],
    [`${header}\n1,2,3,4,"5\n`, 'column 5 (pixel3) is "\\"5", no integer'],
    [`${header}\n1,2,3,4,${"9".repeat(400)}\n`, `column 5 (pixel3) is "${"9".repeat(40)}…", out of range`],
    [`${header}\n1,2,3,4,5\n\n6,7,8,9,10\n`, 'd.csv: line 3 is blank, but line 4 holds "6,7,8,9,10"'],
  ])("refuses %j in one line", (text, message) => {
    expect(() => parse(text)).toThrow(InputError);
    expect(() => parse(text)).toThrow(message);
    expect(parseChunks(encode(text), [])).not.toMatch(/[\r\n]/);
  });

  const pixels = [0, 50, 100, 255, 9, 8, 7, 6];
  const twoPictures = { count: 2, channels: 1, height: 2, width: 2, pixels: Uint8Array.from(pixels) };
  const labels = Int32Array.of(7, 3);

  it.each([
    ["numbers from 1", "label,pixel1,pixel2,pixel3,pixel4\n7,0,50,100,255\n3,9,8,7,6\n"],
    ["rows and columns", "label,1x1,1x2,2x1,2x2\n7,0,50,100,255\n3,9,8,7,6\n"],
    ["any names", "label,a,b,c,d\n7,0,50,100,255\n3,9,8,7,6\n"],
    ["the labels last", "pixel0,pixel1,pixel2,pixel3,label\n0,50,100,255,7\n9,8,7,6,3\n"],
    ["the labels in the middle", "p0,p1,Class Name,p2,p3\n0,50,7,100,255\n9,8,3,7,6\n"],
    ["an unknown name of labels", "emotion,pixel0,pixel1,pixel2,pixel3\n7,0,50,100,255\n3,9,8,7,6\n"],
    ["columns in another order", "pixel3,pixel0,label,pixel2,pixel1\n255,0,7,100,50\n6,9,3,7,8\n"],
    ["rows and columns in another order", "label,2x2,1x1,2x1,1x2\n7,255,0,100,50\n3,6,9,7,8\n"],
    ["semicolons", "label;pixel0;pixel1;pixel2;pixel3\n7;0;50;100;255\n3;9;8;7;6\n"],
    ["tabs", "label\tpixel0\tpixel1\tpixel2\tpixel3\n7\t0\t50\t100\t255\n3\t9\t8\t7\t6\n"],
    ["blanks", "label pixel0 pixel1 pixel2 pixel3\n7 0  50 100 255\n3   9 8 7 6\n"],
    ["separators at the end", "label,pixel0,pixel1,pixel2,pixel3,\n7,0,50,100,255,\n3,9,8,7,6,\n"],
    [
      "quotes",
      '\uFEFF"label","pixel0","pixel1","pixel2","pixel3"\r\n"7","0","50","100","255"\r\n"3","9","8","7","6"\r\n',
    ],
    [
      "blanks around and decimals",
      "label, pixel0, pixel1, pixel2, pixel3\n7.0, 0.0, 50.0, 100, 255\n3, 9.00, 8, 7e0, 6 \n",
    ],
    [
      "other columns",
      "id,label,pixel0,pixel1,pixel2,pixel3,Usage\n1,7,0,50,100,255,Training\n2,3,9,8,7,6,Test\n",
    ],
  ])("reads %s", (_, text) => {
    expect(parse(text)).toMatchObject({ ...twoPictures, labels });
    expect(
      parseChunks(
        encode(text),
        Array.from(encode(text), (_, i) => i),
      ),
    ).toEqual(parse(text));
  });

  it("finds labels without a name where pixels are near to their neighbours and labels are not", () => {
    const rows = [
      [1, 200, 198, 199, 201],
      [9, 100, 101, 99, 100],
    ];
    const first = rows.map((row) => row.join(",")).join("\n");
    const last = rows.map(([label, ...values]) => [...values, label].join(",")).join("\n");
    expect([...noted(first).labels, ...noted(last).labels]).toEqual([1, 9, 1, 9]);
    expect([...noted(last).pixels]).toEqual([200, 198, 199, 201, 100, 101, 99, 100]);
    expect(noted(last).notes).toEqual(["d.csv names no column of labels: the last is taken for it"]);
    // Labels come again and have few gaps, whatever the pixels are.
    const drawn = Array.from({ length: 40 }, (_, i) =>
      [i % 4, (i * 97) % 256, 3, 200, (i * 53) % 256].join(","),
    );
    expect([...parse(drawn.join("\n")).labels.subarray(0, 5)]).toEqual([0, 1, 2, 3, 0]);
    // All pictures are black at the edge, whatever the labels are.
    expect([...parse("0,0,7,7,1\n0,5,9,9,0\n").labels]).toEqual([1, 0]);
    expect(() => parse("1,2,3,4,5\n6,7,8,9,10\n")).toThrow(
      "does not tell whether its first or its last column",
    );
  });

  it("takes a line of ascending numbers for a header", () => {
    const header = Array.from({ length: 16 }, (_, i) => i).join(",");
    const row = new Array(16).fill(7).join(",");
    expect(parse(`${header}\n${row}\n`)).toMatchObject({ count: 1, height: 4, labelled: false });
    expect(parse(`label,${header}\n3,${row}\n`)).toMatchObject({ count: 1, height: 4 });
  });

  it("numbers labels that are names, wherever the first one comes", () => {
    const text = `${header}\n7,1,1,1,1\ncat,2,2,2,2\n"dog, big",3,3,3,3\n7,4,4,4,4\ncat,5,5,5,5\n`;
    const dataset = parse(text);
    expect(dataset.classes).toEqual(["7", "cat", "dog, big"]);
    expect([...dataset.labels]).toEqual([0, 1, 2, 0, 1]);
    expect([...parse(text, { classes: ["dog, big", "cat"] }).labels]).toEqual([2, 1, 0, 2, 1]);
    expect(parse("p0,p1,p2,p3,species\n1,1,1,1,-1\n2,2,2,2,1\n").classes).toEqual(["-1", "1"]);
  });

  it("has no labels where no column holds any, and says what it passed over", () => {
    const none = noted("Usage,pixel0,pixel1,pixel2,pixel3\nx,1,2,3,99\n");
    expect(none).toMatchObject({ labelled: false, labels: Int32Array.of(0) });
    expect(none.notes).toEqual([
      "d.csv has no column of labels (--label-column names one): its pictures have none",
      'd.csv: passed over is the column "Usage"',
    ]);
    expect(parse("pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n").labelled).toBe(false);
    expect(noted(`${header}\n1,2,3,4,99\n`, { unlabelled: true })).toMatchObject({
      labelled: false,
      labels: Int32Array.of(0),
      notes: [],
    });
  });

  it("takes the column of labels that is named", () => {
    const text = "fine,coarse,pixel0,pixel1,pixel2,pixel3\n5,1,1,2,3,4\n6,1,1,2,3,4\n";
    expect([...parse(text, { labelColumn: "fine" }).labels]).toEqual([5, 6]);
    expect([...parse(text, { labelColumn: "Coarse" }).labels]).toEqual([1, 1]);
    expect(() => parse(text, { labelColumn: "x" })).toThrow(
      'd.csv has no column "x" for the labels (--label-column), its columns are "fine", "coarse", …',
    );
    expect(() => parse("1,2,3,4,5", { labelColumn: "x" })).toThrow("d.csv has no header");
  });

  it("leaves out rows without a label, and counts them", () => {
    const some = noted(`${header}\n7,1,1,1,1\n,2,2,2,2\n"",3,3,3,3\n3,4,4,4,99\n`);
    expect(some).toMatchObject({ count: 2, labels: Int32Array.of(7, 3), rows: Uint32Array.of(0, 3) });
    expect([...some.pixels]).toEqual([1, 1, 1, 1, 4, 4, 4, 99]);
    expect(some.notes).toEqual([
      "2 of 4 rows of d.csv have no label and are left out (--unlabelled takes all, without labels)",
    ]);
    expect(parse(`${header}\n,1,1,1,1\n`)).toMatchObject({ count: 1, labelled: false });
  });

  describe("in colour", () => {
    const side = 8;
    /** Three planes of smooth slopes, unlike each other. */
    const planar = Array.from({ length: 3 * side * side }, (_, i) => {
      const [colour, at] = [Math.floor(i / side ** 2), i % side ** 2];
      return [20, 120, 220][colour]! + (colour - 1) * (at % side) + Math.floor(at / side);
    });
    const interleaved = planar.map((_, i) => planar[(i % 3) * side * side + Math.floor(i / 3)]!);
    const table = (values: readonly number[], name = (i: number) => `pixel${i}`): string =>
      `label,${values.map((_, i) => name(i)).join(",")}\n1,${values.join(",")}\n`;

    it("finds where the colours are, and says so", () => {
      const read = noted(table(planar));
      expect(read).toMatchObject({ channels: 3, height: side, width: side, pixels: Uint8Array.from(planar) });
      expect(read.notes[0]).toContain("the colours are read as planar");
      expect(noted(table(interleaved))).toMatchObject({ pixels: Uint8Array.from(planar) });
      const named = noted(table(planar, (i) => `${"rgb"[Math.floor(i / side ** 2)]}${i % side ** 2}`));
      expect(named).toMatchObject({ pixels: Uint8Array.from(planar), notes: [] });
    });

    it("asks where the pictures do not show it, and does as it is told", () => {
      const same = table(planar.map(() => 7));
      expect(() => parse(same)).toThrow("say --colour-order planar");
      expect(parse(same, { colourOrder: "planar" }).channels).toBe(3);
      expect([...parse(table(planar), { colourOrder: "interleaved" }).pixels.subarray(0, 2)]).toEqual([
        planar[0],
        planar[3],
      ]);
    });
  });

  it("reads pictures that are a cell each, with blanks between the pixels", () => {
    const text = 'emotion,pixels,Usage\n3,1 2 3 99,Training\n0,"5 6 7 8",PublicTest\n';
    const dataset = noted(text);
    expect([...dataset.pixels]).toEqual([1, 2, 3, 99, 5, 6, 7, 8]);
    expect([...dataset.labels]).toEqual([3, 0]);
    expect(dataset.notes).toEqual([
      'd.csv: the labels are those of the column "emotion"',
      'd.csv: passed over is the column "Usage"',
    ]);
    expect(() => parse("emotion,pixels\n3,1 2 3 4\n0,1 2 3\n")).toThrow(
      "d.csv: line 3 has 4 fields, expected 5 as in line 1",
    );
  });

  it("says so where all pictures are nearly black, as of numbers from 0 to 16", () => {
    const text = (most: number): string => `label,p0,p1,p2,p3\n1,0,${most},3,4\n2,0,1,2,3\n`;
    const notes = (most: number): readonly string[] => {
      const parser = new CsvParser({ file: "d.csv" });
      parser.push(new TextEncoder().encode(text(most)));
      parser.finish();
      return parser.notes;
    };
    expect(notes(16)).toEqual([
      "d.csv: no pixel is above 16, where 255 is white, so that all pictures are nearly black: multiply the pixels by 15",
    ]);
    expect(notes(200)).toEqual([]);
  });

  it.each([
    ["UTF-16", Buffer.from("\uFEFFlabel,p0\n1,2\n", "utf16le"), "is UTF-16 text, expected UTF-8"],
    ["lines of old Macs", "label,p0\r1,2\r", "ends its lines by carriage returns alone"],
  ])("refuses %s by its name", (_, text, message) => {
    const parser = new CsvParser({ file: "d.csv" });
    expect(() => {
      parser.push(Buffer.from(text));
      parser.finish();
    }).toThrow(`d.csv ${message}`);
  });

  it("gives up on a line without end instead of holding all of it", () => {
    const parser = new CsvParser({ file: "d.csv" });
    const chunk = new Uint8Array(2 ** 22).fill(0x31);
    expect(() => {
      for (let i = 0; i < 100; i++) parser.push(chunk);
    }).toThrow("d.csv: line 1 is longer than 16 MiB");
  });
});
