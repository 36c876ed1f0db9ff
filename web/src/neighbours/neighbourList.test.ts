import { describe, expect, it } from "vitest";
import { barPart, neighboursOf, similarityText, telling, typedRow } from "./neighbourList.ts";

const labels = Int32Array.of(4, 4, 9, 4);
const nearest = {
  k: 3,
  rows: Uint32Array.of(1, 3, 2, 0, 3, 2, 3, 0, 1, 0, 1, 2),
  similarity: Float32Array.of(0.5, 0.25, -0.5, 0.5, 0.25, 0, 0.125, 0, -0.5, 0.25, 0.25, 0.125),
};

describe("neighboursOf", () => {
  it("tells a row's nearest others in their order, and which are of its class", () => {
    expect(neighboursOf(nearest, labels, 0)).toEqual([
      { row: 1, label: 4, similarity: 0.5, alike: true },
      { row: 3, label: 4, similarity: 0.25, alike: true },
      { row: 2, label: 9, similarity: -0.5, alike: false },
    ]);
    expect(neighboursOf(nearest, labels, 2).map(({ alike }) => alike)).toEqual([false, false, false]);
  });

  it("has none for a row that there is not", () => {
    expect(neighboursOf(nearest, labels, 4)).toEqual([]);
  });
});

describe("telling", () => {
  it("is the first row with some neighbours of another class, but most of its own", () => {
    expect(telling(nearest, Int32Array.of(4, 4, 9, 4))).toBe(0);
    expect(telling(nearest, Int32Array.of(9, 4, 9, 4))).toBe(0);
    expect(telling({ ...nearest, k: 2, rows: Uint32Array.of(1, 3, 0, 3, 0, 1, 0, 1) }, labels)).toBe(0);
  });

  it("passes over rows whose neighbours agree with them, or mostly do not", () => {
    const rows = Uint32Array.of(2, 2, 2, 0, 0, 2, 0, 1, 3, 2, 2, 2);
    expect(telling({ ...nearest, rows }, Int32Array.of(1, 1, 2, 2))).toBe(1);
  });
});

describe("what is written of a similarity", () => {
  it("has four places", () => {
    expect(similarityText(0.99987)).toBe("0.9999");
    expect(similarityText(-0.25)).toBe("\u22120.2500");
  });

  it("fills a bar from 0 to 1", () => {
    expect([-0.5, 0, 0.25, 1.00001].map(barPart)).toEqual([0, 0, 0.25, 1]);
  });
});

describe("typedRow", () => {
  it("is a row of the set, or says what was expected", () => {
    expect(typedRow("41", 42)).toBe(41);
    for (const wrong of ["42", "-1", "1.5", "", " ", "x"]) {
      expect(typedRow(wrong, 42)).toBe("Expected a whole number from 0 to 41.");
    }
  });
});
