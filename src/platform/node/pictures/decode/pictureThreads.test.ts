import { describe, expect, it } from "vitest";
import { PictureThreads } from "./pictureThreads.ts";
import type { PictureWork, PictureWorkDone } from "./pictureWork.ts";

/** What a thread runs in place of the real one: work on a file called `die` ends it. */
const url = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads";
    parentPort.on("message", (message) => {
      if (message === "close") return parentPort.close();
      const { id, request } = message;
      const [{ path }] = request.files;
      if (path === "die") process.exit(7);
      if (path === "throw") throw new Error("spawn EMFILE");
      parentPort.postMessage({ id, result: { outcomes: [], pixels: new Uint8Array([1]) } });
    });`)}`,
);
const work = (path: string): PictureWork => ({ kind: "hash", files: [{ path, file: path }] });

async function all(threads: PictureThreads, ...paths: string[]): Promise<PictureWorkDone[]> {
  const done: PictureWorkDone[] = [];
  for await (const one of threads.inOrder(paths.map(work))) done.push(one);
  return done;
}

describe("PictureThreads", () => {
  it("ends with the cause when a thread dies, gives another thread the next work, and closes", async () => {
    const threads = new PictureThreads(undefined, 2, url);
    await expect(all(threads, "a", "die", "b", "c")).rejects.toThrow(
      "a thread that reads pictures ended before its work; run it again",
    );
    expect(await all(threads, "a", "b", "c", "d")).toHaveLength(4);
    await expect(all(threads, "throw", "b")).rejects.toThrow(
      "too many files are open for this process (EMFILE)",
    );
    expect(await all(threads, "a", "b")).toHaveLength(2);
    await expect(all(threads, "die")).rejects.toThrow("ended before its work");
    await threads.close();
    await threads.close();
  });
});
