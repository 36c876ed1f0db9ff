import { describe, expect, it } from "vitest";
import { publishedConfig } from "./publishedConfig.ts";
import { recipeConfig } from "./recipes.ts";

const config = recipeConfig("fast", {
  ...{
    source: "mnist",
    limit: null,
    validation: 10,
    epochs: 1,
    seed: 1,
    init: null,
    record: false,
    channels: 1,
    size: 28,
  },
});

describe("publishedConfig", () => {
  it("keeps the names of files and folders, and nothing of where they are", () => {
    for (const [source, name] of [
      ["mnist", "mnist"],
      ["/home/ada/cats", "cats"],
      ["../photos/", "photos"],
      ["C:\\Users\\ada\\digits.csv", "digits.csv"],
      ["/home/ada/..", "pictures"],
      [".", "pictures"],
    ] as const) {
      const { data } = publishedConfig({ ...config, data: { ...config.data, source } });
      expect(data).toEqual({ ...config.data, source: name });
    }
    const towers = { image: { ...config.towers.image, trunk: "/models/dino.onnx" } };
    const local = { ...config, towers, init: "/home/ada/a.pt" };
    expect(publishedConfig(local)).toMatchObject({ towers: { image: { trunk: "dino.onnx" } }, init: "a.pt" });
    expect(publishedConfig(config)).toEqual(config);
  });
});
