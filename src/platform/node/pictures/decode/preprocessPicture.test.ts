import fc from "fast-check";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../../base/index.ts";
import type { Preprocessing } from "../../../../modality/image/index.ts";
import { hugePng } from "../drawnPictures.fixture.ts";
import { preprocessPicture } from "./preprocessPicture.ts";

const colour = (size: number, fit: Preprocessing["fit"] = "cover"): Preprocessing => ({
  size,
  channels: 3,
  fit,
});
const grey = (size: number): Preprocessing => ({ size, channels: 1, fit: "cover" });

/** A picture of `width` x `height` drawn pixel by pixel, each `channels` levels. */
function drawn(
  width: number,
  height: number,
  channels: 3 | 4,
  level: (x: number, y: number) => readonly number[],
): Sharp {
  const raw = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) raw.set(level(i % width, Math.floor(i / width)), i * channels);
  return sharp(raw, { raw: { width, height, channels } });
}

type Level = (x: number, y: number) => readonly number[];

/** A BMP of 24 bits; of a negative height its rows are from the top. */
function bmp(width: number, height: number, level: Level): Uint8Array {
  const row = Math.ceil((width * 3) / 4) * 4;
  const rows = Math.abs(height);
  const bytes = Buffer.alloc(54 + row * rows);
  bytes.write("BM", "latin1");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let y = 0; y < rows; y++) {
    const at = 54 + (height < 0 ? y : rows - 1 - y) * row;
    for (let x = 0; x < width; x++) bytes.set(level(x, y).toReversed(), at + 3 * x);
  }
  return bytes;
}

function ppm(width: number, height: number, level: Level): Uint8Array {
  const pixels = Array.from({ length: width * height }, (_, i) => level(i % width, Math.floor(i / width)));
  return Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), Uint8Array.from(pixels.flat())]);
}

/** A TIFF of 32-bit floats, grey, in one strip. */
function floatTiff(width: number, height: number, levels: readonly number[]): Buffer {
  const entries: readonly (readonly [tag: number, type: 3 | 4, value: number])[] = [
    [256, 4, width],
    [257, 4, height],
    [258, 3, 32],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 4, height],
    [279, 4, 4 * levels.length],
    [339, 3, 3],
  ];
  const start = 8 + 4 * levels.length;
  const bytes = Buffer.alloc(start + 2 + 12 * entries.length + 4);
  bytes.write("II*\0", "latin1");
  bytes.writeUInt32LE(start, 4);
  for (const [i, level] of levels.entries()) bytes.writeFloatLE(level, 8 + 4 * i);
  bytes.writeUInt16LE(entries.length, start);
  for (const [i, [tag, type, value]] of entries.entries()) {
    const at = start + 2 + 12 * i;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(1, at + 4);
    if (type === 3) bytes.writeUInt16LE(value, at + 8);
    else bytes.writeUInt32LE(value, at + 8);
  }
  return bytes;
}

/** Four quarters, so that every turn and mirror image differs: red, green; blue, white. */
const quarters = (x: number, y: number): readonly number[] => {
  const right = x >= 8;
  return y < 8 ? (right ? [0, 255, 0] : [255, 0, 0]) : right ? [255, 255, 255] : [0, 0, 255];
};

/** The letters of the four corners' colours: top left, top right, bottom left, bottom right. */
function corners(planes: Uint8Array, size: number): string {
  const area = size * size;
  return [0, size - 1, area - size, area - 1]
    .map((at) =>
      [planes[at]!, planes[area + at]!, planes[2 * area + at]!].map((v) => (v > 127 ? 1 : 0)).join(""),
    )
    .map((bits) => ({ "100": "R", "010": "G", "001": "B", "111": "W" })[bits] ?? bits)
    .join("");
}

describe("preprocessPicture", () => {
  it("gives planes of the picture's own levels where the size is its own", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 48, maxLength: 48 }), async (raw) => {
        const png = await sharp(raw, { raw: { width: 4, height: 4, channels: 3 } })
          .png()
          .toBuffer();
        const planes = await preprocessPicture(png, "it", colour(4));
        const expected = [0, 1, 2].flatMap((channel) => [...raw.filter((_, i) => i % 3 === channel)]);
        expect([...planes]).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  // By the table of the EXIF specification: where the stored picture's corners come to lie.
  it.each([
    [1, "RGBW"],
    [2, "GRWB"],
    [3, "WBGR"],
    [4, "BWRG"],
    [5, "RBGW"],
    [6, "BRWG"],
    [7, "WGBR"],
    [8, "GWRB"],
  ])("turns a JPEG as its EXIF orientation %i says", async (orientation, expected) => {
    const jpeg = await drawn(16, 16, 3, quarters)
      .withMetadata({ orientation })
      .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
      .toBuffer();
    expect(corners(await preprocessPicture(jpeg, "it", colour(16)), 16)).toBe(expected);
  });

  it("lays alpha on black", async () => {
    const png = await drawn(4, 4, 4, (x) => [200, 100, 50, x < 2 ? 0 : 128])
      .png()
      .toBuffer();
    const planes = await preprocessPicture(png, "it", colour(4));
    const half = [200, 100, 50].map((level) => Math.round((level * 128) / 255));
    for (let row = 0; row < 4; row++) {
      const values = [0, 1, 2].map((channel) => [
        ...planes.subarray(channel * 16 + row * 4, channel * 16 + row * 4 + 4),
      ]);
      for (const [channel, levels] of values.entries()) {
        expect(levels.slice(0, 2)).toEqual([0, 0]);
        for (const level of levels.slice(2)) expect(Math.abs(level - half[channel]!)).toBeLessThanOrEqual(1);
      }
    }
  });

  it("makes grey by the luminance of linear light, and colour of grey by repeating it", async () => {
    const linear = (level: number): number => {
      const v = level / 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    };
    const encoded = (y: number): number =>
      255 * (y <= 0.0031308 ? 12.92 * y : 1.055 * y ** (1 / 2.4) - 0.055);
    for (const [r, g, b] of [
      [200, 100, 50],
      [0, 0, 255],
      [255, 255, 255],
      [10, 200, 90],
    ] as const) {
      const png = await drawn(4, 4, 3, () => [r, g, b])
        .png()
        .toBuffer();
      const expected = encoded(0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b));
      for (const level of await preprocessPicture(png, "it", grey(4))) {
        expect(Math.abs(level - expected)).toBeLessThanOrEqual(1);
      }
    }
    const png = await drawn(4, 4, 3, () => [120, 120, 120])
      .toColourspace("b-w")
      .png()
      .toBuffer();
    expect([...new Set(await preprocessPicture(png, "it", colour(4)))]).toEqual([120]);
  });

  it("brings 16 bits to 8", async () => {
    const raw = new Uint16Array(16 * 3);
    for (let i = 0; i < 16; i++) raw.set([60_000, 30_000, 1000], 3 * i);
    const png = await sharp(raw, { raw: { width: 4, height: 4, channels: 3 } })
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    expect((await sharp(png).metadata()).depth).toBe("ushort");
    const planes = await preprocessPicture(png, "it", colour(4));
    for (const [channel, level] of [60_000, 30_000, 1000].entries()) {
      for (const got of planes.subarray(channel * 16, channel * 16 + 16)) {
        expect(Math.abs(got - level / 257)).toBeLessThanOrEqual(1);
      }
    }
  });

  it("reads a CMYK JPEG: paper white, ink black, and the primary inks by their hues", async () => {
    const of = async (c: readonly number[]): Promise<number[]> => {
      const jpeg = await drawn(8, 8, 3, () => c)
        .toColourspace("cmyk")
        .jpeg({ quality: 100 })
        .toBuffer();
      expect((await sharp(jpeg).metadata()).space).toBe("cmyk");
      const planes = await preprocessPicture(jpeg, "it", colour(4));
      return [planes[0]!, planes[16]!, planes[32]!];
    };
    for (const level of await of([255, 255, 255])) expect(level).toBeGreaterThan(250);
    for (const level of await of([0, 0, 0])) expect(level).toBeLessThan(50);
    const [red, green, blue] = await of([200, 60, 40]);
    expect(red).toBeGreaterThan(150);
    expect(Math.max(green!, blue!)).toBeLessThan(110);
  });

  it("cuts to the middle, puts on black, or stretches", async () => {
    // Red, green and blue thirds side by side, 24 x 8.
    const thirds = await drawn(24, 8, 3, (x) => (x < 8 ? [255, 0, 0] : x < 16 ? [0, 255, 0] : [0, 0, 255]))
      .png()
      .toBuffer();
    const [r, g, b] = [0, 1, 2].map((channel) => async (fit: Preprocessing["fit"]) => {
      const planes = await preprocessPicture(thirds, "it", colour(8, fit));
      return [...planes.subarray(channel * 64 + 32, channel * 64 + 40)];
    });
    expect(await g!("cover")).toEqual(Array(8).fill(255));
    const stretched = [await r!("stretch"), await b!("stretch")];
    expect([stretched[0]![0]! > 240, stretched[0]![7]! < 15]).toEqual([true, true]);
    expect([stretched[1]![0]! < 15, stretched[1]![7]! > 240]).toEqual([true, true]);
    const contained = await preprocessPicture(thirds, "it", colour(9, "contain"));
    // A third as high as wide: three rows in the middle, black above and below.
    const rows = Array.from({ length: 9 }, (_, y) => contained[81 + y * 9 + 4]!);
    expect(rows.map((level) => level > 127)).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it.each(["png", "jpeg", "webp", "gif", "tiff", "avif"] as const)("reads %s", async (format) => {
    const bytes = await drawn(16, 16, 3, quarters).toFormat(format, { quality: 100 }).toBuffer();
    expect(corners(await preprocessPicture(bytes, "it", colour(16)), 16)).toBe("RGBW");
  });

  it("reads BMP from the bottom up and from the top, and PNM", async () => {
    for (const file of [bmp(16, 16, quarters), bmp(16, -16, quarters), ppm(16, 16, quarters)]) {
      expect(corners(await preprocessPicture(file, "it", colour(16)), 16)).toBe("RGBW");
    }
  });

  it("gives the same of a JPEG at any size and orientation as of the picture itself, to a part of a pixel", async () => {
    // Waves of 1/8 of the height, so that half a pixel of 48 beside would be 19 levels on average.
    const wave = (x: number, y: number): number => 128 + 60 * Math.sin(50 * x) + 60 * Math.sin(50 * y);
    const of = (width: number, height: number, orientation: number): Promise<Buffer> =>
      drawn(width, height, 3, (x, y) => {
        const [right, down] = [(x + 0.5) / height, (y + 0.5) / height];
        const [w, h] = [width / height, 1];
        const [u, v] = {
          1: [right, down],
          2: [w - right, down],
          3: [w - right, h - down],
          4: [right, h - down],
        }[orientation]!;
        const level = wave(u!, v!);
        return [level, level, level];
      })
        .withMetadata({ orientation })
        .jpeg({ quality: 95 })
        .toBuffer();
    const whole = await preprocessPicture(await of(800, 600, 1), "it", colour(48));
    for (const [width, height, orientation] of [
      [500, 375, 1],
      [500, 375, 2],
      [500, 375, 3],
      [500, 375, 4],
      [300, 225, 1],
      [100, 75, 1],
    ] as const) {
      const other = await preprocessPicture(await of(width, height, orientation), "it", colour(48));
      const mean = whole.reduce((sum, level, i) => sum + Math.abs(level - other[i]!), 0) / whole.length;
      expect(mean, `${width} x ${height}, orientation ${orientation}`).toBeLessThan(2.5);
    }
  });

  it("brings chosen levels of more than 8 bits to 0 and 255", async () => {
    const ramp = Array.from({ length: 16 }, (_, i) => i / 15);
    const expected = ramp.map((part) => Math.round(255 * part));
    const deep = await sharp(
      Uint16Array.from(ramp, (part) => Math.round(4095 * part)),
      {
        raw: { width: 4, height: 4, channels: 1 },
      },
    )
      .toColourspace("grey16")
      .png()
      .toBuffer();
    const near = (planes: Uint8Array): boolean =>
      planes.every((level, i) => Math.abs(level - expected[i]!) <= 1);
    expect(near(await preprocessPicture(deep, "it", { ...grey(4), levels: [0, 4095] }))).toBe(true);
    expect(Math.max(...(await preprocessPicture(deep, "it", grey(4))))).toBeLessThan(20);
    const tiff = floatTiff(
      4,
      4,
      ramp.map((part) => 3 * part - 1),
    );
    expect(near(await preprocessPicture(tiff, "it", { ...grey(4), levels: [-1, 2] }))).toBe(true);
  });

  it("lays what shines through, and what a picture does not fill, on the background", async () => {
    const png = await drawn(8, 4, 4, (x) => [0, 0, 0, x < 4 ? 0 : 255])
      .png()
      .toBuffer();
    const white = await preprocessPicture(png, "it", { ...colour(8, "contain"), background: "#ff8000" });
    const pixel = (x: number, y: number): number[] => [0, 1, 2].map((c) => white[64 * c + 8 * y + x]!);
    expect([pixel(1, 0), pixel(1, 3), pixel(6, 3), pixel(6, 7)]).toEqual([
      ...[
        [255, 128, 0],
        [255, 128, 0],
        [0, 0, 0],
        [255, 128, 0],
      ],
    ]);
  });

  it("reads SVG", async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10" fill="#f00"/></svg>';
    const planes = await preprocessPicture(Buffer.from(svg), "it", colour(4));
    expect([...planes]).toEqual([...Array(16).fill(255), ...Array(32).fill(0)]);
  });
});

describe("preprocessPicture, what is no picture", () => {
  const refusal = (bytes: Uint8Array): Promise<string> =>
    preprocessPicture(bytes, "a b.jpg", colour(8)).then(
      () => "read",
      (error: unknown) => (error instanceof InputError ? error.message : String(error)),
    );
  const noise = Uint8Array.from({ length: 300 * 300 * 3 }, (_, i) => (i * 7919) % 251);

  it("says what is wrong", async () => {
    expect(await refusal(Buffer.from("a text"))).toBe(
      "a b.jpg: is no picture that can be read, expected PNG, JPEG, WebP, GIF, TIFF, AVIF, SVG, BMP or PNM (PGM, PPM, PBM)",
    );
    expect(await refusal(new Uint8Array(0))).toBe("a b.jpg: is an empty file, no picture");
    for (const format of ["png", "jpeg", "webp"] as const) {
      const whole = await sharp(noise, { raw: { width: 300, height: 300, channels: 3 } })
        .toFormat(format)
        .toBuffer();
      expect(await refusal(whole.subarray(0, whole.length >> 1))).toMatch(
        /^a b\.jpg: is damaged or cut off: ./,
      );
    }
  });

  it("names the limit of a picture that claims to be larger, without decoding it", async () => {
    const before = process.memoryUsage().rss;
    expect(await refusal(hugePng())).toBe(
      "a b.jpg: is 30000 x 30000 pixels, more than the 268,435,456 (16,384 x 16,384) that a picture may have: make it smaller",
    );
    // Its pixels would take 112 MB at one bit, and 2.7 GB as colours.
    expect(process.memoryUsage().rss - before).toBeLessThan(60e6);
  });

  it("refuses a GIF by its largest frame, before it is decoded", async () => {
    const before = process.memoryUsage().rss;
    // A screen of 1 x 1, and a frame of 40,000 x 30,000 behind a table of colours and a comment.
    const frame = [0x2c, 0, 0, 0, 0, 0x40, 0x9c, 0x30, 0x75, 0, 2, 1, 0, 0];
    const gif = Uint8Array.from([
      ...Buffer.from("GIF89a"),
      ...[1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255],
      ...[0x21, 0xfe, 2, 65, 65, 0, ...frame, 0x3b],
    ]);
    expect(await refusal(gif)).toBe(
      "a b.jpg: is 40000 x 30000 pixels, more than the 268,435,456 (16,384 x 16,384) that a picture may have: make it smaller",
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(60e6);
  });

  it("says that a kind is not read where nothing is damaged", async () => {
    const jpeg = await sharp(noise, { raw: { width: 300, height: 300, channels: 3 } })
      .jpeg()
      .toBuffer();
    // The precision of the frame, 8 bits, is made 12.
    jpeg[jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 4] = 12;
    expect(await refusal(jpeg)).toMatch(
      /^a b\.jpg: is JPEG of a kind that is not read \(.*precision 12\): save it as PNG or JPEG$/,
    );
    expect(await refusal(Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"))).toBe(
      "a b.jpg: is HEIC, which is not read: save it as JPEG or PNG",
    );
  });

  it("ends in one line whatever bytes of a picture are changed", async () => {
    const small = sharp(noise.subarray(0, 12 * 12 * 3), { raw: { width: 12, height: 12, channels: 3 } });
    for (const format of ["gif", "png", "tiff"] as const) {
      const file = await small.clone().toFormat(format).toBuffer();
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(Math.min(file.length, 80) - 1), fc.nat(255)), {
            minLength: 1,
            maxLength: 4,
          }),
          async (changes) => {
            const bytes = Uint8Array.from(file);
            for (const [at, value] of changes) bytes[at] = value;
            expect(await refusal(bytes)).toMatch(/^(read|a b\.jpg: is .*)$/);
          },
        ),
        { numRuns: 60 },
      );
    }
  });
});
