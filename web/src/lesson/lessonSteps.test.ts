import { describe, expect, it } from "vitest";
import { keepStep, keptStep, stepAfterKey, stepCount, stepOfHash } from "./lessonSteps.ts";

describe("stepOfHash", () => {
  it("is the number after the view", () => {
    expect(stepOfHash("#lesson/4")).toBe(4);
    expect(stepOfHash("#/lesson/1")).toBe(1);
  });

  it.each([
    "#lesson",
    "#lesson/",
    "#lesson/0",
    `#lesson/${stepCount + 1}`,
    "#lesson/x",
    "#space/4",
    "#lesson/4/5",
  ])("is none in %s", (hash) => {
    expect(stepOfHash(hash)).toBeNull();
  });
});

describe("stepAfterKey", () => {
  it("goes on and back, and stays at the ends", () => {
    expect(stepAfterKey("ArrowRight", 1)).toBe(2);
    expect(stepAfterKey("ArrowLeft", 2)).toBe(1);
    expect(stepAfterKey("ArrowRight", stepCount)).toBe(stepCount);
    expect(stepAfterKey("ArrowLeft", 1)).toBe(1);
    expect(stepAfterKey("a", 1)).toBeNull();
  });
});

describe("the kept step", () => {
  it("is what was kept, or the first where that is none", () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
    };
    expect(keptStep(storage)).toBe(1);
    keepStep(storage, 6);
    expect(keptStep(storage)).toBe(6);
    keepStep(storage, 99);
    expect(keptStep(storage)).toBe(1);
  });
});
