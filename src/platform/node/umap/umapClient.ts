import { Worker } from "node:worker_threads";
import { AbortedError, InputError, KindredError } from "../../../base/index.ts";
import {
  controlSlots,
  type FitTask,
  type FittedSpace,
  newControl,
  type TransformTask,
  type UmapProgress,
  type UmapReport,
  type UmapTask,
} from "./umapProtocol.ts";

const workerUrl = new URL(
  import.meta.url.endsWith(".ts") ? "./umapWorker.ts" : "./umapWorker.js",
  import.meta.url,
);

/** What a caller may want of a long run. */
export interface UmapRunOptions {
  /** Told about 20 times a second. */
  readonly onProgress?: ((progress: UmapProgress) => void) | undefined;
  /** Stops the work with AbortedError. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a task in a thread of its own, which has ended, with all threads it started, when this settles.
 *
 * @throws InputError as the task does.
 * @throws AbortedError when stopped by the signal.
 * @throws KindredError when the thread fails, with its message.
 */
export async function runUmapTask(
  given: Omit<FitTask, "control"> | Omit<TransformTask, "control">,
  { onProgress, signal }: UmapRunOptions,
): Promise<FittedSpace | undefined> {
  const task: UmapTask = { ...given, control: newControl() };
  const worker = new Worker(workerUrl, { workerData: task, name: "umap" });
  let stop = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    worker.once("exit", () => resolve());
    worker.on("message", ({ type }: UmapReport) => {
      if (type !== "progress") resolve();
    });
  });
  try {
    return await new Promise((resolve, reject) => {
      stop = () => reject(stopped());
      if (signal?.aborted) stop();
      signal?.addEventListener("abort", stop, { once: true });
      worker.on("message", (report: UmapReport) => {
        if (report.type === "done") resolve(report.fitted);
        else if (report.type === "failed") reject(failure(report));
        else if (!signal?.aborted) {
          try {
            onProgress?.(report.progress);
          } catch (error) {
            reject(error);
          }
        }
      });
      worker.on("error", (error) =>
        reject(new KindredError(`the UMAP thread failed: ${error instanceof Error ? error.message : error}`)),
      );
      worker.on("exit", (code) => reject(new KindredError(`the UMAP thread ended with code ${code}`)));
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    Atomics.store(task.control, controlSlots.stop, 1);
    if (Atomics.load(task.control, controlSlots.computing) === 1) {
      worker.postMessage("stop");
      await ended;
    }
    await worker.terminate();
  }
}

export function stopped(): AbortedError {
  return new AbortedError("stopped: its signal was aborted");
}

function failure({ name, message }: Extract<UmapReport, { type: "failed" }>): KindredError {
  return name === "InputError"
    ? new InputError(message)
    : new KindredError(`the UMAP thread failed: ${message}`);
}
