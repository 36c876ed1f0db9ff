import { expect, it } from "vitest";
import { counted, listed } from "./listed.ts";

it("names all of a few, and the first of many with how many more there are", () => {
  expect(listed(["a"])).toBe("a");
  expect(listed(["a", "b"], 2)).toBe("a and b");
  expect(listed(["a", "b", "c"])).toBe("a, b and c");
  expect(listed(["a", "b", "c", "d", "e"], 3)).toBe("a, b, c and 2 more");
  expect(listed([], 3)).toBe("");
});

it("counts what there are", () => {
  expect([0, 1, 1200].map((count) => counted(count, "picture", "pictures"))).toEqual([
    "0 pictures",
    "1 picture",
    "1,200 pictures",
  ]);
});
