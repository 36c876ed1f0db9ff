import { expect, it } from "vitest";
import { classText, classTitle, fileName, matching, pictureTitle } from "./classNames.ts";

const names = ["Ankle boot", "sandal"];

it("calls classes by their names, and by their numbers where they have none", () => {
  expect([classText(names, 1), classText(names, 7), classText(null, 7)]).toEqual(["sandal", "7", "7"]);
  expect([classTitle(names, 0), classTitle(null, 7)]).toEqual(["Ankle boot", "Class 7"]);
});

it("says of a picture without labels no class", () => {
  const labels = Int32Array.of(0, 1);
  expect(pictureTitle({ labelled: true, classNames: names }, labels, 1)).toBe("Picture 1, class sandal");
  expect(pictureTitle({ labelled: true, classNames: null }, labels, 1)).toBe("Picture 1, class 1");
  expect(pictureTitle({ labelled: false, classNames: null }, labels, 1)).toBe("Picture 1");
  expect(pictureTitle({ labelled: true, classNames: names }, null, 1)).toBe("Picture 1");
});

it("knows a picture by the last part of its path", () => {
  expect([fileName("boot/a b.png"), fileName("c.jpg")]).toEqual(["a b.png", "c.jpg"]);
});

it("finds names by a part of them", () => {
  expect(matching(names, " BOOT")).toEqual([0]);
  expect(matching(names, "")).toEqual([0, 1]);
  expect(matching(names, "x")).toEqual([]);
});
