import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable, printableJson } from "./printable.ts";

describe("printable", () => {
  it("escapes what a terminal obeys, and nothing else", () => {
    expect(printable("a\nkindred: b\r\tc\x1b[2Jd\x7f\x9b\u202ee")).toBe(
      "a\\nkindred: b\\r\\tc\\x1b[2Jd\\x7f\\x9b\\u202ee",
    );
    expect(printable("größe 猫 🐈 \\n")).toBe("größe 猫 🐈 \\n");
  });

  it("leaves one line without control characters of any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe("printableJson", () => {
  it("keeps the value and has no control character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const json = printableJson(JSON.stringify({ [text]: text }));
        expect(JSON.parse(json)).toEqual({ [text]: text });
        expect(json).not.toMatch(/[\p{Cc}\u202e]/u);
      }),
    );
  });
});
