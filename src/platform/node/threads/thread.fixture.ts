import { setTimeout } from "node:timers/promises";
import { InputError } from "../../../base/index.ts";
import { serveThread, threadData } from "./serveThread.ts";

export interface Asked {
  readonly do: "wait" | "times" | "throw" | "exit" | "crash" | "count" | "endless";
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly input?: boolean;
  readonly more?: unknown;
}

/** What a thread of the tests runs. */
serveThread(
  async (asked: Asked, tell: (event: string) => void, signal): Promise<unknown> => {
    if (asked.do === "throw") throw asked.input ? new InputError("no good") : new RangeError("no good");
    if (asked.do === "exit") process.exit(7);
    if (asked.do === "crash") {
      queueMicrotask(() => {
        throw new Error("out of luck\nand more");
      });
      await setTimeout(10_000);
    }
    if (asked.do === "times") return asked.bytes!.map((value) => value * threadData<{ by: number }>().by);
    if (asked.do === "count") {
      const { done } = threadData<{ done: Int32Array }>();
      Atomics.add(done, 0, 1);
      await setTimeout(20);
      Atomics.add(done, 0, 1);
    }
    if (asked.do === "endless") {
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve());
      });
      return "aborted";
    }
    tell("waiting");
    await setTimeout(5);
    return "waited";
  },
  { transfer: (result) => (result instanceof Uint8Array ? [result.buffer as ArrayBuffer] : []) },
);
