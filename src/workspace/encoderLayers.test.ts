import { describe, expect, it } from "vitest";
import { encoderByName } from "../modality/image/index.ts";
import { encoderLayers } from "./encoderLayers.ts";

const shape = { channels: 1, size: 28, dim: 64 };

describe("encoderLayers", () => {
  it("are the lesson's, with the shapes and the numbers that one counts by hand", () => {
    const rows = encoderLayers("lesson", encoderByName({ name: "lesson", ...shape }))!;
    expect(rows.map(({ output }) => output)).toEqual(["32 x 13 x 13", "64 x 5 x 5", "1600", "512", "64"]);
    expect(rows.map(({ parameters }) => parameters)).toEqual([
      32 * 25 + 32 + 64,
      64 * 32 * 25 + 64 + 128,
      0,
      1600 * 512 + 512,
      512 * 64 + 64,
    ]);
  });

  it("are those of the compact encoder, and all parameters are in a layer", () => {
    const rows = encoderLayers("compact", encoderByName({ name: "compact", ...shape }))!;
    expect(rows.map(({ output }) => output)).toEqual([
      "16 x 14 x 14",
      "32 x 7 x 7",
      "64 x 3 x 3",
      "576",
      "64",
    ]);
    expect(rows.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(60_704);
  });

  it("are not told of other kinds", () => {
    expect(encoderLayers("resnet", encoderByName({ name: "resnet", ...shape }))).toBeNull();
  });
});
