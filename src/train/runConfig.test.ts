import { describe, expect, it } from "vitest";
import { configuredParts } from "./configuredParts.ts";
import {
  fastConfig,
  fitClasses,
  lessonConfig,
  type RunChoices,
  recipeConfig,
  recipeNames,
} from "./recipes.ts";
import { parseRunConfig, type RunConfig } from "./runConfig.ts";

const choices: RunChoices = {
  source: "mnist",
  limit: null,
  validation: 1000,
  seed: 1,
  init: null,
  record: true,
  channels: 1,
  size: 28,
};

/** A `config.json` from when the lesson was the only recipe. */
const oldFile = `{
  "version": 1,
  "recipe": "lesson",
  "data": { "source": "mnist", "limit": null, "validation": 1000, "fingerprint": "0f3a" },
  "encoder": { "name": "lesson", "channels": 1, "size": 28, "dim": 64, "dropout": 0.3 },
  "optimizer": { "name": "adam", "learningRate": 0.005 },
  "schedule": { "name": "stepLR", "stepSize": 7, "gamma": 0.3 },
  "epochs": 2,
  "batchSize": 64,
  "seed": 1,
  "init": null
}`;

const parsed = (config: unknown): RunConfig => parseRunConfig(JSON.stringify(config), "config.json");

describe("a configuration", () => {
  it("from before there were other recipes is the lesson's", () => {
    const config = parseRunConfig(oldFile, "config.json");
    const lesson = lessonConfig({ ...choices, epochs: 2, record: false });
    expect(config).toEqual({ ...lesson, data: { ...lesson.data, fingerprint: "0f3a" } });
    const { encoder, task, optimizer, schedule } = configuredParts(config);
    expect([encoder.name, task.name, optimizer.name]).toEqual(["lesson", "pairs", "adam"]);
    expect(schedule.at({ epoch: 7, step: 0, totalSteps: 100 })).toBeCloseTo(0.0015);
  });

  it("is the same after it was written and read", () => {
    const more: Partial<RunChoices>[] = [
      {},
      { loss: "triplet-hard", margin: 0.4, classes: 5, schedule: "warmupCosine", elastic: 20 },
      { loss: "nt-xent", temperature: 0.5, encoder: "compact", width: 8, dim: 12, schedule: "constant" },
      { loss: "cosine-pair", encoder: "lesson", batchSize: 10, learningRate: 0.002 },
    ];
    for (const name of recipeNames) {
      for (const other of more) {
        const config = recipeConfig(name, { ...choices, ...other });
        expect(parsed(config)).toEqual(config);
      }
    }
  });

  it("names the file and the field that is wrong", () => {
    const fast = fastConfig(choices);
    const cases: [unknown, RegExp][] = [
      [{ ...fast, recipe: "slow" }, /^config\.json: recipe: /],
      [{ ...fast, encoder: { ...fast.encoder, name: "large" } }, /^config\.json: encoder\.name: /],
      [{ ...fast, loss: { name: "supcon", temperature: -1 } }, /^config\.json: loss\.temperature: /],
      [
        { ...fast, loss: { name: "supcon", margin: 1 } },
        /^config\.json: loss supcon was given a margin of 1/,
      ],
      [
        { ...fast, sampler: { name: "pairs" } },
        /^config\.json: loss supcon compares all pictures of a batch/,
      ],
      [{ ...fast, more: 1 }, /^config\.json: the whole: .*more/],
    ];
    for (const [config, message] of cases) expect(() => parsed(config)).toThrow(message);
    expect(() => parseRunConfig("{", "config.json")).toThrow("config.json: is no JSON");
  });
});

describe("the lesson's recipe", () => {
  it("is the lesson's, whatever the fast one is", () => {
    expect(lessonConfig(choices)).toMatchObject({
      encoder: { name: "lesson", channels: 1, size: 28, dim: 64, dropout: 0.3 },
      loss: { name: "cosine-pair" },
      sampler: { name: "pairs" },
      augmentation: null,
      optimizer: { name: "adam", learningRate: 0.005 },
      schedule: { name: "stepLR", stepSize: 7, gamma: 0.3 },
      epochs: 10,
      batchSize: 64,
    });
  });
});

describe("choices", () => {
  it("bring what goes with them where nothing else is chosen", () => {
    const config = (name: "lesson" | "fast", more: Partial<RunChoices>): RunConfig =>
      recipeConfig(name, { ...choices, ...more });
    expect(config("fast", { loss: "cosine-pair" })).toMatchObject({
      sampler: { name: "pairs" },
      augmentation: null,
    });
    expect(config("lesson", { loss: "supcon" })).toMatchObject({
      sampler: { name: "shuffled" },
      augmentation: null,
      batchSize: 64,
    });
    expect(config("lesson", { loss: "nt-xent" }).augmentation).not.toBeNull();
    expect(config("fast", { classes: 4, imagesPerClass: 3 })).toMatchObject({
      sampler: { name: "classBalanced", classes: 4, images: 3 },
      batchSize: 12,
    });
    expect(config("fast", { elastic: 20 }).augmentation!.elastic).toEqual({ alpha: 20, sigma: 4 });
    expect(config("fast", { augment: false }).augmentation).toBeNull();
  });

  it("that do not go together are refused in one line", () => {
    const cases: [Partial<RunChoices>, RegExp][] = [
      [{ loss: "cosine-pair", sampler: "classBalanced" }, /cosine-pair compares pairs.*class-balanced/],
      [{ loss: "cosine-pair", classes: 4 }, /4 classes a batch were chosen for the sampler pairs/],
      [{ loss: "cosine-pair", augment: true }, /cosine-pair .* augmentation/],
      [{ loss: "supcon", sampler: "pairs" }, /supcon .* sampler pairs/],
      [{ loss: "nt-xent", sampler: "classBalanced" }, /nt-xent learns without labels/],
      [{ loss: "nt-xent", augment: false }, /nt-xent .* must be varied/],
      [{ loss: "triplet-hard", temperature: 0.1 }, /triplet-hard .* temperature of 0\.1/],
      [{ loss: "supcon", margin: 0.1 }, /supcon .* margin of 0\.1/],
      [{ sampler: "shuffled", imagesPerClass: 4 }, /4 images of each class .* shuffled/],
      [{ sampler: "classBalanced", batchSize: 64 }, /batch size 64 .* 100/],
      [{ encoder: "lesson", width: 8 }, /width of 8 .* lesson's encoder/],
      [{ elastic: 20, augment: false }, /elastic distortion of 20 pixels/],
    ];
    for (const [more, message] of cases) {
      const error = messageOf(() => fastConfig({ ...choices, ...more }));
      expect(error).toMatch(message);
      expect(error).not.toContain("\n");
    }
  });

  it("fit classes to data that has fewer than the usual ten, in batches of about the same size", () => {
    const config = fastConfig({ ...choices, sampler: "classBalanced" });
    expect(fitClasses(config, 12)).toBe(config);
    const fitted = fitClasses(config, 3);
    expect(fitted).toMatchObject({ sampler: { classes: 3, images: 33 }, batchSize: 99 });
    expect(parsed(fitted)).toEqual(fitted);
  });
});

function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "nothing was refused";
}
