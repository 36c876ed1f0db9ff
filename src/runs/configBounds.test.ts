import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import { configuredParts } from "./configuredParts.ts";
import { recipeConfig } from "./recipes.ts";
import type { ImageTowerConfig, RunConfig } from "./runConfig.ts";

const config = recipeConfig("fast", {
  ...{ source: "mnist", limit: null, validation: 10, epochs: 1, seed: 1, init: null, record: false },
  ...{ channels: 1, size: 28, encoder: "resnet" },
});

const having = (encoder: object): RunConfig => ({
  ...config,
  towers: {
    image: {
      ...config.towers.image,
      encoder: { ...config.towers.image.encoder, ...encoder } as ImageTowerConfig["encoder"],
    },
  },
});

describe("the sizes of a configuration", () => {
  it("are refused in one line where they are too large to build", () => {
    for (const [name, value, most] of [
      ["width", 1_000_000, 4096],
      ["dim", 1_000_000_000, 65_536],
      ["dim", Number.MAX_SAFE_INTEGER, 65_536],
      ["depth", 100_000, 128],
      ["size", 5000, 4096],
      ["channels", 2000, 1024],
    ] as const) {
      expect(() => configuredParts(having({ [name]: value }))).toThrow(
        new InputError(`the ${name} is ${value}, expected at most ${most}: choose a smaller one`),
      );
    }
    expect(() => configuredParts({ ...config, batchSize: 1_000_000 })).toThrow(/^the batch size is 1000000,/);
    expect(() => configuredParts({ ...config, head: { hidden: 70_000, dim: 8 } })).toThrow(
      /^the head's hidden is 70000, expected at most 65536/,
    );
  });

  it("are refused where together they make more parameters than a file holds", () => {
    expect(() => configuredParts(having({ width: 4096 }))).toThrow(
      /^the resnet encoder has [\d,]+ parameters, expected at most 500,000,000, which an ONNX file holds/,
    );
    expect(() => configuredParts(having({ width: 64, depth: 4, dim: 2048 }))).not.toThrow();
  });
});
