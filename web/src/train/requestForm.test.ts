import type { TrainRequest } from "kindred/workspace";
import { describe, expect, it } from "vitest";
import { classesText, draftOf, faultsOf, requestOf, suited } from "./requestForm.ts";

const request: TrainRequest = { data: "mnist", recipe: "fast", loss: null, epochs: 2, limit: null, seed: 1 };

describe("the training form", () => {
  it.each([
    [request],
    [{ ...request, loss: "supcon", limit: 700, seed: 0 }],
    [{ ...request, recipe: "auto", epochs: null } as const],
  ])("gives back what it began with", (given) => {
    expect(requestOf(draftOf(given), 42_000)).toEqual(given);
  });

  it.each([
    ["epochs", { epochs: 0 }],
    ["epochs", { epochs: 1.5 }],
    ["epochs", { epochs: 1001 }],
    ["seed", { seed: -1 }],
    ["seed", { seed: 2 ** 32 }],
    ["limit", { limited: true, limit: 99 }],
    ["limit", { limited: true, limit: 42_001 }],
    ["limit", { limited: true, limit: undefined }],
  ])("names a fault in %s: %o", (name, change) => {
    const draft = { ...draftOf(request), ...change };
    expect(Object.keys(faultsOf(draft, 42_000))).toEqual([name]);
    expect(requestOf(draft, 42_000)).toBeNull();
  });

  it("asks nothing of a limit that is not in use", () => {
    expect(requestOf({ ...draftOf(request), limited: false, limit: null }, 42_000)).toEqual(request);
  });

  it("lets any limit pass where nobody knows how many pictures there are", () => {
    expect(requestOf({ ...draftOf(request), limited: true, limit: 10_000_000 }, null)?.limit).toBe(
      10_000_000,
    );
  });
});

describe("data of one's own", () => {
  const data = (labelled: boolean, classNames: readonly string[] | null) => ({
    ...{ name: "shoes", title: "shoes", about: "", count: null },
    labelled,
    classNames,
  });
  const methods = [
    { name: "fast", title: "", about: "", needsLabels: true },
    { name: "simclr", title: "", about: "", needsLabels: false },
  ];

  it("is learned from by what needs labels only where it has some", () => {
    expect(suited(methods, data(true, null))).toEqual(methods);
    expect(suited(methods, data(false, null)).map(({ name }) => name)).toEqual(["simclr"]);
    expect(suited(methods, null)).toEqual(methods);
  });

  it("is told of by its classes", () => {
    expect(classesText(data(true, ["boot", "hat", "shoe"]))).toBe("3 classes: boot, hat and shoe.");
    expect(classesText(data(true, [..."abcdefgh"]))).toBe("8 classes: a, b, c, d, e, f and 2 more.");
    expect(classesText(data(true, null))).toBe("");
    expect(classesText(data(false, null))).toMatch(/^No labels/);
  });
});
