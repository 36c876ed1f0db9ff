import type { TensorData } from "../../../base/index.ts";

/** Messages between the main thread and the thread that owns ONNX Runtime. */

export type Tensors = Readonly<Record<string, TensorData>>;

export type Request =
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

export interface Envelope {
  readonly id: number;
  readonly request: Request;
}

/** Ends the thread, after all requests before it. */
export type Closing = "close";

export type Response =
  | { readonly id: number; readonly ok: true; readonly tensors?: Tensors }
  | { readonly id: number; readonly ok: false; readonly message: string };

/** What the thread is started with. */
export interface WorkerOptions {
  readonly device: string;
  readonly threads: number;
  readonly profilePrefix?: string;
  /** One number, shared: 1 from when the runtime is disposed, so that requests still waiting are left. */
  readonly closing: Int32Array<SharedArrayBuffer>;
}
