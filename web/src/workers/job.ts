import { BackendError } from "kindred/workspace";

/** From a worker that does one job: how far it is, what came of it, or why nothing did. */
type Report<Result> =
  | { readonly type: "progress"; readonly part: number; readonly doing: string }
  | { readonly type: "done"; readonly result: Result }
  | { readonly type: "failed"; readonly reason: string };

export interface JobOptions {
  /** @param part 0 to 1 */
  readonly onProgress: (part: number, doing: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has a worker whose program calls {@link serveJob} do its one job, and ends it, also in the middle of its work.
 *
 * @throws AbortError by the signal; BackendError with what the worker says.
 */
export function doneBy<Request, Result>(
  worker: Worker,
  request: Request,
  { onProgress, signal }: JobOptions,
): Promise<Result> {
  return new Promise<Result>((resolve, reject) => {
    const stop = (): void => reject(signal?.reason);
    if (signal?.aborted) return stop();
    signal?.addEventListener("abort", stop, { once: true });
    worker.onmessage = ({ data }: MessageEvent<Report<Result>>): void => {
      if (data.type === "progress") onProgress(data.part, data.doing);
      else if (data.type === "done") resolve(data.result);
      else reject(new BackendError(data.reason));
    };
    worker.onerror = ({ message }) =>
      reject(new BackendError(message || "a part of the page did not load: reload the page"));
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}

/** Makes this worker do one job. */
export function serveJob<Request, Result>(
  work: (request: Request, report: (part: number, doing?: string) => void) => Result | Promise<Result>,
): void {
  const post = (report: Report<Result>): void => self.postMessage(report);
  self.onmessage = async ({ data }: MessageEvent<Request>): Promise<void> => {
    try {
      const result = await work(data, (part, doing = "") => post({ type: "progress", part, doing }));
      post({ type: "done", result });
    } catch (error) {
      post({ type: "failed", reason: error instanceof Error ? error.message : String(error) });
    }
  };
}
