import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import type { TrunkChoice } from "../nn/index.ts";
import { type ChosenTrunk, chosenEncoder } from "./chosenEncoder.ts";
import { fastConfig, type RunChoices } from "./recipes.ts";
import { parseRunConfig } from "./runConfig.ts";

const picture = { channels: 3, size: 32 };
const choice: TrunkChoice = {
  ...{ sha256: "ab".repeat(32), input: "pixel_values", output: "image_embeds", dtype: "float32" },
  ...{ pool: "vector", batch: null, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], features: 512 },
};
const trunk: ChosenTrunk = { file: "clip.onnx", choice };
const given: RunChoices = {
  ...{ source: "shoes", limit: null, validation: 10, seed: 1, init: null, record: false },
  ...picture,
};

describe("chosenEncoder", () => {
  it("takes what is chosen, and the encoder's own size else", () => {
    expect(chosenEncoder("compact", picture)).toEqual({ name: "compact", ...picture, dim: 64, width: 16 });
    expect(chosenEncoder("compact", { ...picture, encoder: "resnet", depth: 2 })).toEqual({
      ...{ name: "resnet", ...picture, dim: 64, width: 16, depth: 2 },
    });
    expect(chosenEncoder("compact", { ...picture, encoder: "convnext", width: 48, dim: 8 })).toEqual({
      ...{ name: "convnext", ...picture, dim: 8, width: 48, depth: 1 },
    });
    expect(chosenEncoder("lesson", { ...picture, trunk, hidden: 0 })).toEqual({
      ...{ name: "head", ...picture, dim: 64, hidden: 0, trunk: choice },
    });
  });

  it.each([
    [
      { encoder: "lesson", width: 8 },
      "a width of 8 was chosen for the lesson's encoder, which has one of its own: leave it out, or choose the compact, resnet or convnext encoder",
    ],
    [
      { depth: 2 },
      "a depth of 2 was chosen for the compact encoder, which has one of its own: leave it out, or choose the resnet or convnext encoder",
    ],
    [
      { trunk, encoder: "resnet" },
      "the encoder resnet was chosen beside the trunk clip.onnx, which is one itself: leave one of them out",
    ],
    [
      { trunk, width: 8 },
      "a width of 8 was chosen for a trunk's head, which has one of its own: leave it out, or choose the compact, resnet or convnext encoder",
    ],
    [
      { hidden: 9 },
      "a hidden layer of 9 was chosen for the compact encoder, expected it beside --trunk only: leave it out",
    ],
  ] as const)("refuses %o", (choices, message) => {
    expect(() => chosenEncoder("compact", { ...picture, ...choices })).toThrow(new InputError(message));
  });
});

describe("a configuration with a trunk", () => {
  it("survives its file, and leaves pictures as they are", () => {
    const config = fastConfig({ ...given, trunk });
    expect(config).toMatchObject({
      towers: { image: { trunk: "clip.onnx" } },
      augmentation: null,
      epochs: 20,
    });
    expect(parseRunConfig(JSON.stringify(config), "config.json")).toEqual(config);
  });

  it("refuses variations, and losses of them", () => {
    expect(() => fastConfig({ ...given, trunk, loss: "nt-xent" })).toThrow(
      new InputError(
        "loss nt-xent compares two variations of each picture, but a trunk's features are made once, of the pictures as they are: choose a loss that goes by labels, such as supcon",
      ),
    );
    expect(() => fastConfig({ ...given, trunk, augment: true })).toThrow(
      new InputError(
        "pictures were to be varied, but a trunk's features are made once, of the pictures as they are: leave --augment out",
      ),
    );
  });
});
