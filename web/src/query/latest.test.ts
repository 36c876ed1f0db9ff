import { describe, expect, it } from "vitest";
import { Latest } from "./latest.ts";

describe("Latest", () => {
  it("goes on with the newest when it is free, and leaves out those between", async () => {
    const seen: number[] = [];
    let free: () => void = () => expect.unreachable();
    const latest = new Latest<number>(async (given) => {
      seen.push(given);
      await new Promise<void>((resolve) => {
        free = resolve;
      });
    });
    latest.push(1);
    latest.push(2);
    latest.push(3);
    expect(seen).toEqual([1]);
    free();
    await Promise.resolve();
    await Promise.resolve();
    expect(seen).toEqual([1, 3]);
    free();
    await Promise.resolve();
    await Promise.resolve();
    latest.push(4);
    expect(seen).toEqual([1, 3, 4]);
  });
});
