import { expect, it } from "vitest";
import { viewOfHash } from "./views.ts";

it.each([
  ["#space", "space"],
  ["#/draw", "draw"],
  ["", "train"],
  ["#nothing", "train"],
])("%s leads to %s", (hash, view) => {
  expect(viewOfHash(hash)).toBe(view);
});
