import type { Verdict } from "kindred";
import { describe, expect, it } from "vitest";
import { doneTitle, earlyStopText, requestText } from "./summary.ts";

const found = (knn1: number) => ({ knn1, knn10: knn1, mapAtR: knn1 });
const verdict: Verdict = {
  ...{ version: 1, by: "labels", level: "learned", epoch: 3, pictures: 20, of: "validation", references: 90 },
  ...{ encoder: found(0.9), untrained: found(0.5), pixels: found(0.6), chance: 0.25, advice: null },
};

describe("a training that is done", () => {
  it("is headed by what it came to", () => {
    expect(doneTitle(verdict)).toBe("Training is done");
    expect(doneTitle(null)).toBe("Training is done");
    expect(doneTitle({ ...verdict, level: "little" })).toBe("The encoder has learned little");
    const worse = { ...verdict, level: "worse" } as const;
    expect(doneTitle({ ...worse, encoder: found(0.4) })).toBe("This encoder is worse than before training");
    expect(doneTitle({ ...worse, encoder: found(0.55) })).toBe(
      "This encoder is worse than the pixels by themselves",
    );
  });

  it("says that it stopped early", () => {
    expect(earlyStopText({ epoch: 40, of: 60, patience: 10, from: 30 })).toBe(
      "It stopped early, after epoch 40 of 60: none was better for 10 epochs.",
    );
  });
});

describe("what is trained", () => {
  it("names epochs only where some were asked for", () => {
    const request = {
      data: "mnist",
      recipe: "auto",
      loss: null,
      epochs: null,
      limit: null,
      seed: 1,
    } as const;
    expect(requestText(request, null)).toBe("mnist · recipe auto · seed 1");
    expect(requestText({ ...request, epochs: 2 }, null)).toBe("mnist · recipe auto · 2 epochs · seed 1");
  });
});
