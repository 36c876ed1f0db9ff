import { describe, expect, it } from "vitest";
import { decodePnm } from "./pnm.ts";

const file = (header: string, ...bytes: readonly number[]): Uint8Array =>
  Uint8Array.from([...Buffer.from(header, "latin1"), ...bytes]);

describe("decodePnm", () => {
  // The levels of one picture, 3 x 2, as each of the formats has them.
  it.each([
    ["P1 as text, its bits side by side", file("P1\n3 2\n101\n0 1 0\n"), 1, [0, 255, 0, 255, 0, 255]],
    [
      "P4, each row in bytes of its own",
      file("P4 3 2\n", 0b10100000, 0b01000000),
      1,
      [0, 255, 0, 255, 0, 255],
    ],
    [
      "P2 with comments and its own white",
      file("P2 # a\n#b\n3 2 15\n0 1 2\n3 4 15 "),
      1,
      [0, 17, 34, 51, 68, 255],
    ],
    ["P5", file("P5\n3 2\n255\n", 0, 1, 2, 3, 4, 255), 1, [0, 1, 2, 3, 4, 255]],
    ["P3", file("P3 1 2 255\n1 2 3\n4 5 6"), 3, [1, 2, 3, 4, 5, 6]],
    ["P6", file("P6 1 2 255\n", 10, 13, 32, 35, 5, 6), 3, [10, 13, 32, 35, 5, 6]],
  ] as const)("reads %s", (_, bytes, channels, levels) => {
    const { data, width, height, channels: got } = decodePnm(bytes);
    expect({ levels: [...data], channels: got, pixels: width * height }).toEqual({
      ...{ levels, channels, pixels: levels.length / channels },
    });
  });

  it("keeps two bytes a level, scaled to its own white", () => {
    const { data } = decodePnm(file("P5 2 1 4095\n", 0x0f, 0xff, 0x08, 0x00));
    expect(data).toEqual(Uint16Array.from([65_535, Math.round((2048 / 4095) * 65_535)]));
  });

  it.each([
    [file("P5 3 2 255\n", 1, 2, 3), "is damaged or cut off: it ends before its last pixel"],
    [file("P2 3 2 255\n1 2 3 4 5"), "is damaged or cut off: it ends before its last pixel"],
    [file("P2 9999 9999 255\n1 2"), "is damaged or cut off: it ends before its last pixel"],
    [file("P6 3 "), "is damaged or cut off: its header is not whole"],
    [file("P5 0 2 255\n"), "is damaged: its header says 0 x 2 pixels of levels up to 255"],
  ])("says what is wrong: %#", (bytes, message) => {
    expect(() => decodePnm(bytes)).toThrow(message);
  });
});
