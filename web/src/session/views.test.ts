import { expect, it } from "vitest";
import { hashOf, titleOf, viewNames, viewOfHash } from "./views.ts";

it.each([
  ["#space", "space"],
  ["#/draw", "draw"],
  ["#search", "draw"],
  ["", "train"],
  ["#nothing", "train"],
])("%s leads to %s", (hash, view) => {
  expect(viewOfHash(hash)).toBe(view);
});

it.each([true, false])("leads to each view by its own hash, looking for photos: %s", (searches) => {
  for (const view of viewNames) expect(viewOfHash(`#${hashOf(view, searches)}`)).toBe(view);
  expect(titleOf("draw", searches)).toBe(searches ? "Search" : "Draw");
});
