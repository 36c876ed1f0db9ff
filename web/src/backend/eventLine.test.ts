import { type BackendEvent, encodeMessage } from "kindred/workspace";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RefusedError } from "./answer.ts";
import { keepLine } from "./eventLine.ts";

const times = { silence: 12_000, firstWait: 500, longestWait: 5_000 };
const beat = encodeMessage({ head: { type: "beat" }, arrays: {} });

/** A line whose pieces the test sends. */
function wire(): { body: ReadableStream<Uint8Array>; send: (bytes: Uint8Array) => void; end: () => void } {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
  });
  return { body, send: (bytes) => controller.enqueue(bytes), end: () => controller.close() };
}

describe("keepLine", () => {
  let leaving = new AbortController();
  let heard: string[] = [];
  const listener = ({ head }: BackendEvent): void => {
    heard.push(head.type);
  };
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, "info").mockReturnValue(undefined);
    leaving = new AbortController();
    heard = [];
  });
  afterEach(() => {
    leaving.abort();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("hands over messages cut anywhere", async () => {
    const line = wire();
    void keepLine(() => Promise.resolve(line.body), listener, leaving.signal, times);
    line.send(beat.slice(0, 3));
    line.send(beat.slice(3));
    await vi.advanceTimersByTimeAsync(1);
    expect(heard).toEqual(["connected", "beat"]);
  });

  it("says gone once, and comes back after growing waits", async () => {
    const attempts: number[] = [];
    const start = Date.now();
    const connect = (): Promise<ReadableStream<Uint8Array>> => {
      attempts.push(Date.now() - start);
      return attempts.length < 7 ? Promise.reject(new Error("refused")) : Promise.resolve(wire().body);
    };
    void keepLine(connect, listener, leaving.signal, times);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(attempts.slice(0, 7)).toEqual([0, 500, 1500, 3500, 7500, 12_500, 17_500]);
    expect(heard).toEqual(["gone", "connected"]);
  });

  it("says once more that it is gone where the server is there again, but refuses, and why", async () => {
    let attempts = 0;
    const connect = (): Promise<ReadableStream<Uint8Array>> => {
      attempts++;
      if (attempts < 3) return Promise.reject(new Error("nobody there"));
      if (attempts < 6) return Promise.reject(new RefusedError("the token is another"));
      return Promise.resolve(wire().body);
    };
    const told: unknown[] = [];
    void keepLine(connect, ({ head }) => told.push(head), leaving.signal, times);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(told).toEqual([
      { type: "gone", refused: null },
      { type: "gone", refused: "the token is another" },
      { type: "connected" },
    ]);
  });

  it("takes twelve seconds of silence for a server that is gone, a beat resets them", async () => {
    const line = wire();
    const signals: AbortSignal[] = [];
    const connect = (signal: AbortSignal): Promise<ReadableStream<Uint8Array>> => {
      signals.push(signal);
      if (signals.length > 1) return Promise.reject(new Error("refused"));
      signal.addEventListener("abort", () => line.end());
      return Promise.resolve(line.body);
    };
    void keepLine(connect, listener, leaving.signal, times);
    await vi.advanceTimersByTimeAsync(11_000);
    line.send(beat);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(heard).toEqual(["connected", "beat"]);
    expect(signals[0]!.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(signals[0]!.aborted).toBe(true);
    expect(heard).toEqual(["connected", "beat", "gone"]);
  });

  it("says nothing more after the signal, and does not come back", async () => {
    const line = wire();
    const connect = vi.fn(() => Promise.resolve(line.body));
    void keepLine(connect, listener, leaving.signal, times);
    await vi.advanceTimersByTimeAsync(1);
    leaving.abort();
    line.send(beat);
    line.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard).toEqual(["connected"]);
    expect(connect).toHaveBeenCalledTimes(1);
  });
});
