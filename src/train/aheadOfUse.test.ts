import { describe, expect, it } from "vitest";
import { aheadOfUse } from "./aheadOfUse.ts";

/** After what was set to come next, as timers of one length come in their order. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

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

  it("begins as many ahead as are asked for, and serves them in order whichever ends first", async () => {
    const begun: number[] = [];
    const served = aheadOfUse(
      0,
      5,
      async (number) => {
        begun.push(number);
        await new Promise((resolve) => setTimeout(resolve, number % 2 === 0 ? 8 : 0));
        return number;
      },
      3,
    );
    expect((await served.next()).value).toBe(0);
    await turn();
    await turn();
    expect(begun).toEqual([0, 1, 2, 3]);
    const rest: number[] = [];
    for await (const number of served) rest.push(number);
    expect(rest).toEqual([1, 2, 3, 4]);
  });
});
