import { describe, expect, it } from "vitest";
import { type Unasked, WorkerLine } from "./workerLine.ts";
import type { FromWorker, ToWorker } from "./workerMessages.ts";

/** Stands in for a worker: what was sent to it, and ways to answer. */
class FakeWorker extends EventTarget implements Worker {
  readonly sent: ToWorker[] = [];
  ended = false;
  onmessage: Worker["onmessage"] = null;
  onmessageerror: Worker["onmessageerror"] = null;
  onerror: Worker["onerror"] = null;

  postMessage(message: ToWorker): void {
    this.sent.push(message);
  }
  terminate(): void {
    this.ended = true;
  }
  say(data: FromWorker): void {
    this.onmessage?.(new MessageEvent("message", { data }));
  }
}

function opened(): { worker: FakeWorker; line: WorkerLine; heard: Unasked[] } {
  const worker = new FakeWorker();
  const heard: Unasked[] = [];
  return { worker, line: new WorkerLine(worker, (unasked) => heard.push(unasked)), heard };
}

describe("the line to the worker", () => {
  it("gives each question its own answer, in whatever order they come", async () => {
    const { worker, line } = opened();
    const both = [line.ask({ type: "pause" }), line.ask({ type: "checkpoint" })];
    worker.say({ type: "answer", id: 1, value: Uint8Array.of(7) });
    worker.say({ type: "answer", id: 0, value: null });
    expect(await Promise.all(both)).toEqual([null, Uint8Array.of(7)]);
  });

  it("refuses in the worker's words", async () => {
    const { worker, line } = opened();
    const asked = line.ask({ type: "stop" });
    worker.say({ type: "refusal", id: 0, reason: "there is no training", aborted: false });
    await expect(asked).rejects.toMatchObject({ name: "BackendError", message: "there is no training" });
  });

  it("tells the worker of an answer that is no longer wanted, and hears no more of it", async () => {
    const { worker, line } = opened();
    const stop = new AbortController();
    const parts: string[] = [];
    const onPart = ({ head }: { head: { type: string } }): number => parts.push(head.type);
    const asked = line.ask({ type: "space", checkpoint: null }, { onPart, signal: stop.signal });
    worker.say({ type: "part", id: 0, message: { head: { type: "end" }, arrays: {} } });
    stop.abort();
    worker.say({ type: "part", id: 0, message: { head: { type: "end" }, arrays: {} } });
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
    expect(parts).toEqual(["end"]);
    expect(worker.sent.at(-1)).toEqual({ type: "abort", id: 0 });
  });

  it("refuses all when the worker breaks, says what to do, and says it once", async () => {
    const { worker, line, heard } = opened();
    const asked = line.ask({ type: "hello" });
    worker.say({ type: "broken", reason: "out of memory\nat somewhere" });
    worker.say({ type: "broken", reason: "again" });
    const told = /^the worker that computes stopped \(out of memory\): reload the page/;
    await expect(asked).rejects.toThrow(told);
    await expect(line.ask({ type: "hello" })).rejects.toThrow(told);
    expect(heard.map(({ type }) => type)).toEqual(["broken"]);
    expect(worker.ended).toBe(true);
  });
});
