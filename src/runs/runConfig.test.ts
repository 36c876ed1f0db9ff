import { describe, expect, it } from "vitest";
import { configuredParts } from "./configuredParts.ts";
import {
  fastConfig,
  fitClasses,
  fittedToData,
  lessonConfig,
  type RunChoices,
  recipeConfig,
} from "./recipes.ts";
import { recipeNames } from "./recipeTable.ts";
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

/** A `config.json` that leaves out whatever has a default. */
const shortFile = `{
  "version": 2,
  "recipe": "lesson",
  "data": { "source": "mnist", "limit": null, "validation": 1000, "fingerprint": "0f3a" },
  "towers": {
    "image": { "encoder": { "name": "lesson", "channels": 1, "size": 28, "dim": 64, "dropout": 0.3 } }
  },
  "optimizer": { "name": "adam", "learningRate": 0.005 },
  "schedule": { "name": "stepLR", "stepSize": 7, "gamma": 0.3 },
  "epochs": 2,
  "batchSize": 64,
  "seed": 1,
  "init": null
}`;

const parsed = (config: unknown): RunConfig => parseRunConfig(JSON.stringify(config), "config.json");

describe("a configuration", () => {
  it("is the lesson's where it leaves out the rest", () => {
    const config = parseRunConfig(shortFile, "config.json");
    const lesson = lessonConfig({ ...choices, order: "source", epochs: 2, record: false });
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
      { loss: "cosine-pair", encoder: "lesson", batchSize: 10, lr: 0.002 },
      { loss: "vicreg", head: true, augmentation: "photo", size: 64, channels: 3 },
      { loss: "infonce", augmentation: "digits" },
    ];
    for (const name of recipeNames) {
      for (const other of more) {
        const config = recipeConfig(name, { ...choices, ...other });
        expect(parsed(config)).toEqual(config);
        // Fields in the same order, as runs are compared by their files.
        expect(JSON.stringify(parsed(config))).toBe(JSON.stringify(config));
      }
    }
  });

  it("names the file and the field that is wrong", () => {
    const fast = fastConfig(choices);
    const cases: [unknown, RegExp][] = [
      [{ ...fast, recipe: "slow" }, /^config\.json: recipe: /],
      [
        { ...fast, version: 1 },
        /^config\.json: version: expected 2 \(1 is a run of an earlier Kindred, which has to be trained anew\), received 1/,
      ],
      [
        { ...fast, towers: { image: { ...fast.towers.image, encoder: { name: "large" } } } },
        /^config\.json: towers\.image\.encoder\.name: /,
      ],
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
    expect(() => parseRunConfig("{", "config.json")).toThrow("config.json is not JSON");
  });
});

describe("the lesson's recipe", () => {
  it("is the lesson's, whatever the fast one is", () => {
    expect(lessonConfig(choices)).toMatchObject({
      towers: { image: { encoder: { name: "lesson", channels: 1, size: 28, dim: 64, dropout: 0.3 } } },
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

  it("without labels vary pictures as they are: digits, or photos where they are larger or have colours", () => {
    const config = (more: Partial<RunChoices>): RunConfig => recipeConfig("simclr", { ...choices, ...more });
    expect(config({})).toMatchObject({
      towers: { image: { encoder: { name: "compact", dim: 64 } } },
      head: null,
      loss: { name: "nt-xent", temperature: 0.1 },
      sampler: { name: "shuffled" },
      optimizer: { name: "adamW" },
      schedule: { name: "warmupCosine" },
      batchSize: 256,
    });
    const policyOf = (more: Partial<RunChoices>) => config(more).augmentation!.policy;
    expect(policyOf({})).toBe("digits");
    expect(policyOf({ channels: 3 })).toBe("photo");
    expect(policyOf({ size: 64 })).toBe("photo");
    expect(policyOf({ channels: 3, augmentation: "light" })).toBe("light");
    expect(fastConfig({ ...choices, channels: 3 }).augmentation!.policy).toBe("light");
    // In pixels, as the pictures grow; the distances are the same share of them.
    const [small, large] = [28, 56].map((size) => config({ size, augmentation: "digits" }).augmentation!);
    expect(large!.shift).toBe(2 * small!.shift);
    expect(large!.elastic!.sigma).toBe(2 * small!.elastic!.sigma);
    const sway = ({ alpha, sigma }: { alpha: number; sigma: number }): number => alpha / sigma;
    expect(sway(large!.elastic!)).toBe(2 * sway(small!.elastic!));
    expect(config({ channels: 3, size: 32 }).augmentation).not.toHaveProperty("blur");
    expect(config({ channels: 3, size: 64 }).augmentation!.blur!.sigma[1]).toBeCloseTo(64 / 112);
    expect(config({ elastic: 9 }).augmentation).toMatchObject({ elastic: { alpha: 9 }, slant: 15 });
    // A temperature is its loss's own.
    expect(config({ loss: "vicreg" }).loss).toEqual({ name: "vicreg" });
    expect(config({ head: true, dim: 10 }).head).toEqual({ hidden: 20, dim: 10 });
    expect(configuredParts(config({ head: true })).task.state.map(({ name }) => name)).toContain(
      "head.linear2.bias",
    );
  });

  it("that need labels are refused for pictures without", () => {
    const training = {
      ...{ name: "pictures", count: 4, channels: 1, height: 28, width: 28, labelled: false },
      ...{ pixels: new Uint8Array(4 * 784), labels: new Int32Array(4) },
    };
    const data = { training, fingerprint: "0f" };
    expect(() => fittedToData(fastConfig(choices), data)).toThrow(
      "pictures has no labels, and the loss supcon learns from labels: choose --recipe simclr, which needs none",
    );
    const labels = (...values: number[]) => ({
      ...{ training: { ...training, labelled: true, labels: Int32Array.from(values) } },
      ...{ fingerprint: "0f" },
    });
    expect(() => fittedToData(fastConfig(choices), labels(3, 3, 3, 3))).toThrow(
      "all 4 training pictures of pictures are of one class (3), and the loss supcon learns from labels",
    );
    expect(() => fittedToData(fastConfig(choices), labels(0, 1, 2, 3))).toThrow(
      "no two of the 4 training pictures of pictures are of one class, and the loss supcon",
    );
    expect(fittedToData(fastConfig(choices), labels(0, 1, 2, 1)).data.fingerprint).toBe("0f");
    expect(fittedToData(recipeConfig("simclr", choices), data).data.fingerprint).toBe("0f");
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
      [{ augmentation: "photo", augment: false }, /variations photo .* not varied/],
      [{ head: true }, /supcon compares the embeddings themselves, received a projection head/],
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
