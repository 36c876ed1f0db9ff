import type { BackendEvent, Message } from "kindred/workspace";
import { RefusedError } from "./answer.ts";
import { readMessages } from "./readMessages.ts";

/** How long the line waits, all in milliseconds. */
export interface LineTimes {
  /** Without a message or a beat before the server counts as gone. */
  readonly silence: number;
  /** Before the first attempt to come back; twice as long before each further one. */
  readonly firstWait: number;
  /** The longest wait between two attempts. */
  readonly longestWait: number;
}

/** The server beats every 5 s, so 12 s of silence are two beats missed. */
export const lineTimes: LineTimes = { silence: 12_000, firstWait: 500, longestWait: 5_000 };

/**
 * Keeps a line to the server's events until the signal: says `connected` when it stands and `gone`, once, when it
 * does not, and tries again, each wait twice the one before.
 *
 * @param connect asks for the events; rejects when the server is not there or refuses
 */
export async function keepLine(
  connect: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>,
  listener: (event: BackendEvent) => void,
  signal: AbortSignal,
  times: LineTimes = lineTimes,
): Promise<void> {
  let told: "connected" | "gone" | null = null;
  let refused: string | null = null;
  let wait = times.firstWait;
  const tell = (type: "connected" | "gone"): void => {
    const head = type === "gone" ? ({ type, refused } as const) : { type };
    if (told !== type && !signal.aborted) listener({ head, arrays: {} });
    told = type;
  };
  while (!signal.aborted) {
    const attempt = new AbortController();
    const either = AbortSignal.any([signal, attempt.signal]);
    const watch = silenceWatch(times.silence, () => attempt.abort());
    try {
      const body = await connect(either);
      watch.heard();
      refused = null;
      tell("connected");
      wait = times.firstWait;
      await readMessages(
        body,
        (message) => {
          // A message that was under way when the listener left.
          if (!signal.aborted) listener(message as EventOfServer);
        },
        watch.heard,
      );
    } catch (error) {
      if (!signal.aborted) console.info("the line to the server broke", error);
      const reason = error instanceof RefusedError ? error.message : null;
      // That it is there again, but will not have this page, is told once more.
      if (reason !== null && refused === null) told = null;
      refused = reason;
    } finally {
      watch.end();
    }
    tell("gone");
    await pause(wait, signal);
    wait = Math.min(times.longestWait, 2 * wait);
  }
}

type EventOfServer = BackendEvent & Message;

function silenceWatch(silence: number, onSilence: () => void): { heard: () => void; end: () => void } {
  let timer = setTimeout(onSilence, silence);
  return {
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(onSilence, silence);
    },
    end: () => clearTimeout(timer),
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
