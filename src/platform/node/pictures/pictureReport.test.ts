import { describe, expect, it } from "vitest";
import { cacheFolder } from "./cache/cacheFolder.ts";
import { findDuplicates, type PictureReport, pictureReportLines } from "./pictureReport.ts";

const none: PictureReport = {
  ...{
    source: "d",
    used: 9,
    left: 0,
    skipped: [],
    emptyClasses: [],
    notes: [],
    passedOver: [],
    otherFiles: [],
    duplicates: [],
    conflicts: [],
  },
};

describe("pictureReportLines", () => {
  it("has none where all is well", () => {
    expect(pictureReportLines(none)).toEqual([]);
  });

  it("names the first few of each kind, and how many there are", () => {
    const report: PictureReport = {
      ...none,
      skipped: Array.from({ length: 1007 }, (_, i) => ({ path: `${i}.png`, reason: "is no picture" })),
      emptyClasses: ["owl"],
      duplicates: [{ paths: ["a.png", "b.png"] }],
      conflicts: [{ paths: ["c/x.png", "d/y.png"], labels: ["c", "d"] }],
    };
    expect(pictureReportLines(report)).toEqual([
      "1,007 files are skipped (--strict refuses them):",
      "  0.png: is no picture",
      "  1.png: is no picture",
      "  2.png: is no picture",
      "  3.png: is no picture",
      "  4.png: is no picture",
      "  and 1002 more (all of them by --json, and in a run's skipped.jsonl)",
      "1 class folder is empty: owl",
      "1 content has several labels:",
      "  c/x.png (c) = d/y.png (d)",
      "1 content is there more than once:",
      "  a.png = b.png",
    ]);
  });
});

describe("findDuplicates", () => {
  it("groups by content, in the order of the paths, and parts those whose labels differ", () => {
    const pictures = [
      { path: "z", hash: "1", label: 0 },
      { path: "b", hash: "2", label: 0 },
      { path: "a", hash: "2", label: 1 },
      { path: "c", hash: "1", label: 0 },
      { path: "d", hash: "3", label: 0 },
    ];
    expect(findDuplicates(pictures, ["cat", "dog"])).toEqual({
      duplicates: [{ paths: ["c", "z"] }],
      conflicts: [{ paths: ["a", "b"], labels: ["dog", "cat"] }],
    });
    expect(findDuplicates(pictures, null).conflicts).toEqual([{ paths: ["a", "b"], labels: ["1", "0"] }]);
  });
});

describe("cacheFolder", () => {
  it("is where it was put, else where the platform has it", () => {
    expect(cacheFolder({ KINDRED_CACHE: "here", XDG_CACHE_HOME: "/x" }, "linux", "/home/a")).toBe("here");
    expect(cacheFolder({ KINDRED_CACHE: "", XDG_CACHE_HOME: "/x" }, "darwin", "/home/a")).toBe("/x/kindred");
    expect(cacheFolder({ XDG_CACHE_HOME: "x" }, "linux", "/home/a")).toBe("/home/a/.cache/kindred");
    expect(cacheFolder({}, "darwin", "/Users/a")).toBe("/Users/a/Library/Caches/kindred");
  });
});
