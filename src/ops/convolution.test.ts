import { describe, expect, it } from "vitest";
import { input } from "../graph/index.ts";
import { convTranspose2d } from "./convolution.ts";

describe("convTranspose2d", () => {
  const x = input("x", [1, 1, 3, 3]);
  const weight = input("weight", [1, 1, 2, 2]);

  it("takes an output padding smaller than the stride, and refuses more on either axis", () => {
    const options = { stride: [2, 3], dilation: 4 } as const;
    expect(convTranspose2d(x, weight, null, { ...options, outputPadding: [1, 2] }).shape).toEqual([
      1, 1, 10, 13,
    ]);
    for (const outputPadding of [
      [2, 2],
      [1, 3],
    ] as const) {
      expect(() => convTranspose2d(x, weight, null, { ...options, outputPadding })).toThrow(
        /ConvTranspose\(.*output_padding \[.*\] must be smaller than the strides \[2,3\]/,
      );
    }
  });
});
