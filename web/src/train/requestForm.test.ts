import type { TrainRequest } from "kindred/explorer";
import { describe, expect, it } from "vitest";
import { draftOf, faultsOf, requestOf } from "./requestForm.ts";

const request: TrainRequest = { data: "mnist", recipe: "fast", loss: null, epochs: 2, limit: null, seed: 1 };

describe("the training form", () => {
  it.each([[request], [{ ...request, loss: "supcon", limit: 700, seed: 0 }]])(
    "gives back what it began with",
    (given) => {
      expect(requestOf(draftOf(given), 42_000)).toEqual(given);
    },
  );

  it.each([
    ["epochs", { epochs: 0 }],
    ["epochs", { epochs: 1.5 }],
    ["epochs", { epochs: null }],
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
