import { expect, it } from "vitest";
import { pictureRgba } from "./pictureRgba.ts";

it("spreads grey over three colours", () => {
  expect([...pictureRgba(new Uint8Array([7, 200]), 2, 1, 1)]).toEqual([7, 7, 7, 255, 200, 200, 200, 255]);
});

it("takes colours from their planes", () => {
  const pixels = new Uint8Array([1, 2, 10, 20, 100, 200]);
  expect([...pictureRgba(pixels, 1, 2, 3)]).toEqual([1, 10, 100, 255, 2, 20, 200, 255]);
});

it("refuses too few bytes", () => {
  expect(() => pictureRgba(new Uint8Array(5), 2, 1, 3)).toThrow(
    "5 bytes are no picture of 2 x 1 with 3 channels",
  );
});
