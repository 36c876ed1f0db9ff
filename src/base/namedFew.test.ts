import { expect, it } from "vitest";
import { namedFew } from "./namedFew.ts";

it("names all of a few, and the first of many with how many more there are", () => {
  expect(namedFew(["a", "b", "c"], 3)).toBe("a, b, c");
  expect(namedFew(["a", "b", "c", "d", "e"], 3)).toBe("a, b, c and 2 more");
  expect(namedFew([], 3)).toBe("");
});
