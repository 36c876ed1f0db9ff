import { describe, expect, it } from "vitest";
import { placeAfterKey } from "./gridKeys.ts";

describe("placeAfterKey", () => {
  // 0 1 2 3
  // 4 5 6 7
  // 8 9
  it.each([
    ["ArrowRight", 0, 1],
    ["ArrowLeft", 1, 0],
    ["ArrowDown", 1, 5],
    ["ArrowUp", 5, 1],
    ["Home", 6, 0],
    ["End", 0, 9],
  ])("%s leads from %i to %i", (key, from, to) => {
    expect(placeAfterKey(key, from, 10, 4)).toBe(to);
  });

  it.each([
    ["ArrowLeft", 0],
    ["ArrowUp", 3],
    ["ArrowRight", 9],
    ["ArrowDown", 6],
  ])("%s stays at the edge, at %i", (key, at) => {
    expect(placeAfterKey(key, at, 10, 4)).toBe(at);
  });

  it("leaves other keys alone", () => {
    expect(placeAfterKey("Enter", 2, 10, 4)).toBeNull();
  });
});
