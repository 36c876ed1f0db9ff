import type * as Ort from "onnxruntime-web";
import { InputError } from "../../base/index.ts";

/** The builds of ONNX Runtime Web that are used here: that with WebGPU is twice as large. */
export type OrtBuild = "wasm" | "webgpu";

/** Where a build's files are served. */
export interface WasmFiles {
  /** URL of the `.wasm` file. */
  readonly wasm: string;
  /** URL of the `.mjs` file beside it, which its threads are started from. Default: a copy inside the bundle. */
  readonly mjs?: string;
}

/**
 * Where the files of each build are served: `ort-wasm-simd-threaded.*` for `wasm`, and
 * `ort-wasm-simd-threaded.asyncify.*` for `webgpu`. Default: where the bundler put them.
 */
export type WasmPaths = Readonly<Partial<Record<OrtBuild, WasmFiles>>>;

interface Loaded {
  readonly ort: typeof Ort;
  readonly threads: number;
}

const loaded = new Map<OrtBuild, Promise<Loaded>>();

/**
 * Loads a build when it is first asked for. Its number of threads is fixed from then on, for this page or worker.
 *
 * @throws InputError when it is loaded already with another number of threads.
 */
export async function loadOrt(build: OrtBuild, threads: number, paths: WasmPaths = {}): Promise<Loaded> {
  let loading = loaded.get(build);
  if (!loading) {
    loading = load(build, threads, paths[build]);
    loaded.set(build, loading);
    // So that a file that did not arrive can be asked for again.
    loading.catch(() => loaded.delete(build));
  }
  const result = await loading;
  if (result.threads !== threads) {
    throw new InputError(
      `${threads} threads were asked for, but ONNX Runtime is loaded with ${result.threads} here: ask for ${result.threads}, or use another worker`,
    );
  }
  return result;
}

/** How many threads a build was loaded with, or null. */
export async function loadedThreads(build: OrtBuild): Promise<number | null> {
  return (await loaded.get(build))?.threads ?? null;
}

async function load(build: OrtBuild, threads: number, files: WasmFiles | undefined): Promise<Loaded> {
  const ort: typeof Ort =
    build === "webgpu" ? await import("onnxruntime-web/webgpu") : await import("onnxruntime-web/wasm");
  ort.env.logLevel = "error";
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.proxy = false;
  if (files) ort.env.wasm.wasmPaths = { ...files };
  return { ort, threads };
}
