import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { InputError, KindredError } from "../../../base/index.ts";
import type { Asked } from "./thread.fixture.ts";
import { moduleBeside, Thread } from "./thread.ts";

let thread: Thread<Asked, unknown, string>;
function started(data?: unknown): typeof thread {
  thread = new Thread(moduleBeside(import.meta.url, "thread.fixture"), {
    name: "test",
    data,
    ended: (reason, cause) => new KindredError(`ended: ${reason}`, { cause }),
  });
  return thread;
}
afterEach(() => thread.terminate());

describe("Thread", () => {
  it("answers one request after the other, tells what happens on the way, and passes buffers on", async () => {
    started({ by: 3 });
    const told: string[] = [];
    const buffer = new ArrayBuffer(4);
    const slow = thread
      .request({ do: "wait" }, [], (event) => told.push(event))
      .then(() => told.push("slow"));
    const fast = thread.request({ do: "times", bytes: new Uint8Array(buffer).fill(2) }, [buffer]);
    expect(buffer.byteLength).toBe(0);
    expect(await fast).toEqual(Uint8Array.of(6, 6, 6, 6));
    await slow;
    expect(told).toEqual(["waiting", "slow"]);
  });

  it("goes on after a request that failed, whose class and message are kept", async () => {
    started();
    await expect(thread.request({ do: "throw", input: true })).rejects.toThrow(new InputError("no good"));
    await expect(thread.request({ do: "throw" })).rejects.toThrow(new KindredError("ended: no good"));
    // What cannot be sent is rejected too, and nothing waits for it.
    await expect(thread.request({ do: "wait", more: () => 0 })).rejects.toThrow(/could not be cloned/);
    expect(await thread.request({ do: "wait" })).toBe("waited");
  });

  it.each([
    [{ do: "exit" }, "ended: it ended with code 7"],
    [{ do: "crash" }, "ended: out of luck"],
  ] as const)("that ends at %o rejects all that waits, and all that follows", async (asked, message) => {
    started();
    const waiting = [thread.request(asked), thread.request({ do: "wait" })];
    for (const one of await Promise.allSettled(waiting)) {
      expect(one.status === "rejected" && one.reason.message).toBe(message);
    }
    expect(thread.ended).toBe(true);
    await expect(thread.request({ do: "wait" })).rejects.toThrow(message);
  });

  it("is closed after the request that it is at, and leaves those behind it", async () => {
    const done = new Int32Array(new SharedArrayBuffer(4));
    started({ done });
    const waiting = [thread.request({ do: "count" }), thread.request({ do: "count" })];
    const settled = Promise.allSettled(waiting);
    // Until the first is under way.
    while (Atomics.load(done, 0) === 0) await setTimeout(1);
    await thread.close(new KindredError("closed"));
    for (const one of await settled) expect(one).toMatchObject({ reason: new KindredError("closed") });
    expect(Atomics.load(done, 0)).toBe(2);
    await thread.close(new KindredError("closed again"));
  });

  it("aborts what it is asked to", async () => {
    started();
    const endless = thread.request({ do: "endless" });
    thread.abort();
    expect(await endless).toBe("aborted");
  });
});
