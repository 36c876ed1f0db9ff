import type { PcaModel, UmapOptions } from "../../../projection/index.ts";
import type { DeviceName } from "../ort/devices.ts";

/** Where a fit or a transform is: rows searched, the graph built or not, epochs run. */
export interface UmapProgress {
  readonly stage: "neighbours" | "graph" | "layout";
  readonly done: number;
  readonly total: number;
}

/** What the UMAP thread is started with; all arrays are on shared memory. */
export type UmapTask = FitTask | TransformTask;

interface CommonTask {
  /** `[count, dim]` */
  readonly vectors: Float32Array;
  readonly dim: number;
  readonly options: UmapOptions;
  readonly device: DeviceName | undefined;
  /** Where the map goes, `[count, 2]`. */
  readonly positions: Float32Array;
  /** See {@link controlSlots}. */
  readonly control: Int32Array;
}

/**
 * What the threads agree on by shared memory. A thread in the middle of a call of ONNX Runtime must not be ended from
 * outside, which would end the whole process; so whoever wants to stop sets `stop` and then looks at `computing`, and
 * the UMAP thread sets `computing` and then looks at `stop`: at least one of them sees the other.
 */
export const controlSlots = { stop: 0, computing: 1 } as const;

export function newControl(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(8));
}

export interface FitTask extends CommonTask {
  readonly type: "fit";
  readonly pcaDims: number | undefined;
  /** Threads that lay the map out, which is the same for any number. */
  readonly threads: number;
}

export interface TransformTask extends CommonTask {
  readonly type: "transform";
  readonly fitted: FittedSpace;
  /** The fitted map, `[fitted, 2]`. */
  readonly map: Float32Array;
}

/** The space in which neighbours were searched. */
export interface FittedSpace {
  /** `[fitted, dim]`, after `pca` if there is one. */
  readonly vectors: Float32Array;
  readonly dim: number;
  /** What takes vectors into this space. */
  readonly pca: PcaModel | undefined;
}

/** A Float32Array that several threads see, with the values given. */
export function shared(values: Float32Array): Float32Array<SharedArrayBuffer> {
  const copy = sharedFloats(values.length);
  copy.set(values);
  return copy;
}

export function sharedFloats(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(length * 4));
}
