import { expect, it } from "vitest";
import { classText, classTitle, fileName, matching, rowTitle } from "./classNames.ts";
import { itemsWord, itemWord } from "./itemWords.ts";

const names = ["Ankle boot", "sandal"];

it("calls classes by their names, and by their numbers where they have none", () => {
  expect([classText(names, 1), classText(names, 7), classText(null, 7)]).toEqual(["sandal", "7", "7"]);
  expect([classTitle(names, 0), classTitle(null, 7)]).toEqual(["Ankle boot", "Class 7"]);
});

it("calls a row by its modality, and says no class of one without labels", () => {
  const labels = Int32Array.of(0, 1);
  const modalities = [
    { modality: "image", items: "pictures", count: 2, preview: null },
    { modality: "text", items: "texts", count: 1, preview: null },
  ];
  const only = { modalities: modalities.slice(0, 1) };
  expect(rowTitle({ modalities, labelled: false, classNames: null }, labels, 2)).toBe("Text 2");
  expect([itemsWord({ modalities }), itemWord({ modalities }), itemsWord(only)]).toEqual([
    ...["items", "item", "pictures"],
  ]);
  expect(rowTitle({ ...only, labelled: true, classNames: names }, labels, 1)).toBe("Picture 1, class sandal");
  expect(rowTitle({ ...only, labelled: true, classNames: null }, labels, 1)).toBe("Picture 1, class 1");
  expect(rowTitle({ ...only, labelled: false, classNames: null }, labels, 1)).toBe("Picture 1");
  expect(rowTitle({ ...only, labelled: true, classNames: names }, null, 1)).toBe("Picture 1");
});

it("knows a picture by the last part of its path", () => {
  expect([fileName("boot/a b.png"), fileName("c.jpg")]).toEqual(["a b.png", "c.jpg"]);
});

it("finds names by a part of them", () => {
  expect(matching(names, " BOOT")).toEqual([0]);
  expect(matching(names, "")).toEqual([0, 1]);
  expect(matching(names, "x")).toEqual([]);
});
