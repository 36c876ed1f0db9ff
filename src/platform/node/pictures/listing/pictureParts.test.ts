import { describe, expect, it } from "vitest";
import { partOfFolder } from "./pictureParts.ts";

describe("partOfFolder", () => {
  it.each([
    ["train", "train"],
    ["TRAIN", "train"],
    ["Training_Set", "train"],
    ["trainingSet", "train"],
    ["train2017", "train"],
    ["seg_train", "train"],
    ["train_images", "train"],
    ["train-00001", "train"],
    ["trainset", "train"],
    ["val", "validation"],
    ["valid", "validation"],
    ["val2017", "validation"],
    ["Validation Set", "validation"],
    ["dev", "validation"],
    ["test", "test"],
    ["test1", "test"],
    ["testset", "test"],
    ["test.images", "test"],
    ["train_station", undefined],
    ["bullet train", undefined],
    ["trainers", undefined],
    ["testament", undefined],
    ["invalid", undefined],
    ["train_test", undefined],
    ["images", undefined],
    ["日本", undefined],
    ["train日", undefined],
  ])("%s: %s", (name, part) => {
    expect(partOfFolder(name)).toBe(part);
  });
});
