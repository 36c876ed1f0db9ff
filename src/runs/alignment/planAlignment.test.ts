import { describe, expect, it } from "vitest";
import { type AlignmentChoices, type AlignmentSeen, planAlignment } from "./planAlignment.ts";

const choices: AlignmentChoices = {
  ...{ source: "items.csv", limit: null, validation: null, seed: 1 },
};
const seen: AlignmentSeen = {
  modalities: ["image", "text", "audio"],
  pictures: { channels: 3, size: 32, preprocessing: null },
  ...{ severalPictures: false, rows: 100, locked: {} },
};
const pairsOf = (draft: ReturnType<typeof planAlignment>) =>
  draft.loss.pairs.map(({ between }) => between.join("-"));

describe("planAlignment", () => {
  it("pairs each modality with the pictures, else texts with recordings", () => {
    const plan = planAlignment("align", choices, seen);
    expect(pairsOf(plan)).toEqual(["image-text", "image-audio"]);
    expect(plan).toMatchObject({ perItem: 1, batchSize: 100, loss: { name: "clip" } });
    expect(Object.keys(plan.towers)).toEqual(["image", "text", "audio"]);
    const without = planAlignment("align", choices, {
      ...seen,
      modalities: ["text", "audio"],
      pictures: null,
    });
    expect(pairsOf(without)).toEqual(["text-audio"]);
    expect(without.towers.image).toBeUndefined();
    expect(without.augmentation).toBeNull();
  });

  it("pairs pictures with pictures where several are of one thing, two of which come into a batch", () => {
    const plan = planAlignment("align", choices, { ...seen, severalPictures: true });
    expect(pairsOf(plan)).toEqual(["image-text", "image-audio", "image-image"]);
    expect(plan.perItem).toBe(2);
    expect(pairsOf(planAlignment("senses", choices, { ...seen, severalPictures: true }))).not.toContain(
      "image-image",
    );
  });

  it("has a tower of those modalities that the pairs name, and refuses others", () => {
    const pairs = [{ between: ["image", "text"] as [string, string], weight: 0.5 }];
    const plan = planAlignment("align", { ...choices, pairs }, seen);
    expect(Object.keys(plan.towers)).toEqual(["image", "text"]);
    expect(plan.loss.pairs).toEqual(pairs);
    const smell = [{ between: ["image", "smell"] as [string, string], weight: 1 }];
    expect(() => planAlignment("align", { ...choices, pairs: smell }, seen)).toThrow(
      "--pairs names smell, and the data has image, text, audio: name two of these",
    );
    expect(() => planAlignment("align", { ...choices, loss: "supcon" }, seen)).toThrow(
      /expected clip or siglip/,
    );
  });

  it("sees of small pictures where their parts are, and of larger ones the mean", () => {
    expect(planAlignment("align", choices, seen).towers.image).toMatchObject({
      encoder: { name: "resnet", pool: "flatten", size: 32 },
    });
    const large = { ...seen, pictures: { channels: 3, size: 64, preprocessing: null } };
    expect(planAlignment("align", choices, large).towers.image).not.toMatchObject({
      encoder: { pool: "flatten" },
    });
  });

  it("keeps what says which rows are read", () => {
    const named = { ...choices, limit: 50, validation: 7, labelColumn: "thing", unlabelled: false };
    expect(planAlignment("align", named, seen).data).toEqual({
      ...{
        source: "items.csv",
        limit: 50,
        validation: 7,
        labelColumn: "thing",
        unlabelled: false,
        heldOut: [],
      },
    });
  });
});
