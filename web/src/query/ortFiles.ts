import type { WasmPaths } from "kindred/web";
import module from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";

/** ONNX Runtime's files for WebAssembly, as they are; whoever embeds a picture needs no others. */
export const ortFiles: WasmPaths = { wasm: { wasm: here(wasm), mjs: here(module) } };

function here(url: string): string {
  return new URL(url, import.meta.url).href;
}
