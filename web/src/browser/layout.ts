import { AbortedError, InputError } from "kindred";
import type { SpaceTools } from "kindred/workspace";
import type { LayoutReport } from "./layoutWorker.ts";

/** Lays a map out in a worker of its own, so that whoever asks stays free. */
export const layoutInWorker: SpaceTools["layout"] = ({ neighbours, start }, { onProgress, signal }) => {
  const worker = new Worker(new URL("./layoutWorker.ts", import.meta.url), {
    type: "module",
    name: "layout",
  });
  return new Promise<Float32Array>((resolve, reject) => {
    const stop = (): void => reject(new AbortedError("the layout was stopped"));
    if (signal?.aborted) return stop();
    signal?.addEventListener("abort", stop);
    worker.onmessage = ({ data }: MessageEvent<LayoutReport>): void => {
      if (data.type === "progress") onProgress(data.part);
      else if (data.type === "done") resolve(data.positions);
      else reject(new InputError(data.reason));
    };
    worker.onerror = (event) => reject(new Error(event.message || "the program of the layout did not load"));
    worker.postMessage({ neighbours, start });
  }).finally(() => worker.terminate());
};
