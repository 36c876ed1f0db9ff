import { RuntimeError, type TensorData } from "../../../base/index.ts";
import { moduleBeside, Thread } from "../threads/thread.ts";

export type Tensors = Readonly<Record<string, TensorData>>;

/** What the thread that owns ONNX Runtime is asked for. */
export type OrtRequest =
  | {
      readonly type: "compile";
      readonly program: number;
      readonly model: Uint8Array<ArrayBuffer>;
      readonly outputs: readonly string[];
      /** Names of state inputs, with the output that replaces each, or null where a run leaves it. */
      readonly state: Readonly<Record<string, string | null>>;
    }
  | { readonly type: "run"; readonly program: number; readonly store: number | null; readonly feeds: Tensors }
  | { readonly type: "release"; readonly program: number }
  | { readonly type: "createStore"; readonly store: number; readonly values: Tensors }
  | { readonly type: "readStore"; readonly store: number; readonly names: readonly string[] | null }
  | { readonly type: "writeStore"; readonly store: number; readonly values: Tensors }
  | { readonly type: "releaseStore"; readonly store: number };

/** What the thread is started with. */
export interface OrtOptions {
  readonly device: string;
  readonly threads: number;
  readonly profilePrefix?: string;
}

/** Never to be terminated: ending it inside a call of ONNX Runtime would end the whole process. */
export type OrtThread = Thread<OrtRequest, Tensors | undefined>;

/** Starts a thread that owns ONNX Runtime; its requests fail with ONNX Runtime's own messages. */
export function ortThread(options: OrtOptions): OrtThread {
  return new Thread(moduleBeside(import.meta.url, "ortWorker"), {
    name: "onnxruntime",
    data: options,
    ended: (reason) => new RuntimeError(`the ONNX Runtime thread failed: ${reason}`),
    failed: (message) => new RuntimeError(message),
  });
}

/** Refuses what is under way, and ends the thread after the request that it is at. */
export function closeOrt(thread: OrtThread): Promise<void> {
  return thread.close(new RuntimeError("this runtime was disposed"));
}
