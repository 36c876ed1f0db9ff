import type { WasmPaths } from "kindred/web";
import webgpuModule from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url";
import webgpuWasm from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import wasmModule from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasmWasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";

/**
 * ONNX Runtime's files, as they are: its threads start from the `.mjs` file, and from a bundle they would start this
 * worker's own program again.
 */
export const ortFiles: WasmPaths = {
  wasm: { wasm: here(wasmWasm), mjs: here(wasmModule) },
  webgpu: { wasm: here(webgpuWasm), mjs: here(webgpuModule) },
};

function here(url: string): string {
  return new URL(url, import.meta.url).href;
}
