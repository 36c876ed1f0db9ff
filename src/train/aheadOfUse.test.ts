import { describe, expect, it } from "vitest";
import { aheadOfUse } from "./aheadOfUse.ts";

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

describe("aheadOfUse", () => {
  it("serves what is made for each number, in order", async () => {
    const served: number[] = [];
    for await (const value of aheadOfUse(2, 6, (number) => number * number)) served.push(value);
    expect(served).toEqual([4, 9, 16, 25]);
    for await (const value of aheadOfUse(3, 3, () => 1)) expect.fail(`${value} of nothing`);
  });

  it("makes one ahead while the consumer is away, and no more", async () => {
    const made: number[] = [];
    const served = aheadOfUse(0, 5, (number) => made.push(number));
    await served.next();
    expect(made).toEqual([0]);
    await turn();
    await turn();
    expect(made).toEqual([0, 1]);
    await served.next();
    await turn();
    expect(made).toEqual([0, 1, 2]);
    await served.return();
    await turn();
    expect(made).toEqual([0, 1, 2]);
  });

  it("makes nothing after the consumer has left at once", async () => {
    const made: number[] = [];
    for await (const _ of aheadOfUse(0, 5, (number) => made.push(number))) break;
    await turn();
    expect(made).toEqual([0]);
  });

  it("hands a failure to the consumer where it is awaited, not to the process", async () => {
    const served = aheadOfUse(0, 3, (number) => {
      if (number === 1) throw new Error("no batch 1");
      return number;
    });
    expect((await served.next()).value).toBe(0);
    await turn();
    await expect(served.next()).rejects.toThrow("no batch 1");
  });
});
