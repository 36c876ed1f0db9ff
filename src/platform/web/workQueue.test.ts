import { describe, expect, it } from "vitest";
import { DeviceLostError } from "../../base/index.ts";
import { WorkQueue } from "./workQueue.ts";

describe("WorkQueue", () => {
  it("does one thing after the other, whatever fails", async () => {
    const queue = new WorkQueue();
    const done: number[] = [];
    const slow = queue.add(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      done.push(1);
    });
    const failing = queue.add(async () => {
      done.push(2);
      throw new Error("two");
    });
    const last = queue.add(async () => {
      done.push(3);
      return "three";
    });
    await expect(failing).rejects.toThrow("two");
    await slow;
    expect(await last).toBe("three");
    expect(done).toEqual([1, 2, 3]);
  });

  it("waits for what is under way when it is closed, and refuses the rest", async () => {
    const queue = new WorkQueue();
    let end = (): void => undefined;
    const under = queue.add(() => new Promise<void>((resolve) => (end = resolve)));
    const waiting = queue.add(async () => "never");
    const refused = expect(waiting).rejects.toThrow("this runtime was disposed");
    await Promise.resolve();
    const closed = queue.close("this runtime was disposed");
    end();
    await Promise.all([under, closed, refused]);
    expect(() => queue.check()).toThrow("this runtime was disposed");
  });

  it("lets go of what never ends when it breaks, and can then be closed", async () => {
    const queue = new WorkQueue();
    const hung = queue.add(() => new Promise<void>(() => undefined));
    const waiting = queue.add(async () => "never");
    const lost = new DeviceLostError("the graphics processor was lost");
    const refused = Promise.all([expect(hung).rejects.toBe(lost), expect(waiting).rejects.toBe(lost)]);
    await Promise.resolve();
    queue.break(lost);
    await refused;
    await queue.close("this runtime was disposed");
    expect(() => queue.check()).toThrow(lost);
    await expect(queue.add(async () => "never")).rejects.toBe(lost);
  });

  it("names the break where work fails by it first", async () => {
    const lost = new DeviceLostError("the graphics processor was lost");
    const queue: WorkQueue = new WorkQueue(async () => queue.break(lost));
    await expect(queue.add(() => Promise.reject(new Error("a buffer is gone")))).rejects.toBe(lost);
  });
});
