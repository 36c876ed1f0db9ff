import { AbortedError, KindredError } from "../../../base/index.ts";
import { moduleBeside, Thread } from "../threads/thread.ts";
import {
  controlSlots,
  type FitTask,
  type FittedSpace,
  newControl,
  type TransformTask,
  type UmapProgress,
  type UmapTask,
} from "./umapProtocol.ts";

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
  const thread = new Thread<UmapTask, FittedSpace | undefined, UmapProgress>(
    moduleBeside(import.meta.url, "umapWorker"),
    { name: "umap", ended: (reason) => new KindredError(`the UMAP thread failed: ${reason}`) },
  );
  let stop = (): void => undefined;
  let fitted: Promise<unknown> | undefined;
  try {
    return await new Promise((resolve, reject) => {
      stop = () => reject(stopped());
      if (signal?.aborted) stop();
      signal?.addEventListener("abort", stop, { once: true });
      const onEvent = (progress: UmapProgress): void => {
        try {
          if (!signal?.aborted) onProgress?.(progress);
        } catch (error) {
          reject(error);
        }
      };
      const request = thread.request(task, [], onEvent);
      request.then(resolve, reject);
      fitted = request;
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    Atomics.store(task.control, controlSlots.stop, 1);
    if (Atomics.load(task.control, controlSlots.computing) === 1) {
      thread.abort();
      await fitted?.catch(() => undefined);
    }
    await thread.terminate();
  }
}

export function stopped(): AbortedError {
  return new AbortedError("stopped: its signal was aborted");
}
