import { AbortedError } from "kindred";
import { reasonOf } from "../words/reasonOf.ts";
import { BrowserWork } from "./browserWork.ts";
import { oneLine } from "./oneLine.ts";
import type { FromWorker, ToWorker, WorkerName } from "./workerMessages.ts";

/** The worker of the page that trains and computes: questions in, answers and events out. */

const { site } = JSON.parse(self.name) as WorkerName;
const asked = new Map<number, AbortController>();

/** Arrays are copied: some of them are still looked at here. */
function post(message: FromWorker): void {
  self.postMessage(message);
}

const work = new BrowserWork({
  site,
  publish: (head, arrays) => post({ type: "event", head, arrays }),
  onChange: () => post({ type: "changed" }),
});

self.onmessage = ({ data }: MessageEvent<ToWorker>): void => {
  if (data.type === "abort") asked.get(data.id)?.abort();
  else void answer(data);
};

async function answer({ id, question }: Extract<ToWorker, { type: "ask" }>): Promise<void> {
  const stop = new AbortController();
  asked.set(id, stop);
  try {
    const value = await work.answer(question, (message) => post({ type: "part", id, message }), stop.signal);
    post({ type: "answer", id, value });
  } catch (error) {
    const aborted = stop.signal.aborted || error instanceof AbortedError;
    const reason =
      error instanceof Error && error.name === "BackendError" ? reasonOf(error) : oneLine(error, "this");
    post({ type: "refusal", id, reason, aborted });
  } finally {
    asked.delete(id);
  }
}

self.addEventListener("unhandledrejection", (event) => {
  post({ type: "broken", reason: reasonOf(event.reason) });
});
