import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const folder = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));
const leftOut = "\0onnxruntime-web/webgpu";

/**
 * ONNX Runtime without a copy of the scripts that start it and its threads: those are files of their own, see
 * `browser/ortFiles.ts` and `draw/ortFiles.ts`.
 *
 * @param webgpu whether with its build for WebGPU, which only the worker has use for: the page just embeds a drawing
 */
export function ortModules(webgpu: boolean): Plugin {
  return {
    name: "kindred onnxruntime",
    enforce: "pre",
    resolveId(source) {
      const build = /^onnxruntime-web\/(wasm|webgpu)$/.exec(source)?.[1];
      if (build === undefined) return null;
      return build === "wasm" || webgpu ? join(folder, `ort.${build}.min.mjs`) : leftOut;
    },
    load: (id) => (id === leftOut ? 'throw new Error("WebGPU is for the worker");' : null),
  };
}

/** Some servers do not know that `.mjs` files are scripts. */
export function assetName({ names }: { readonly names: readonly string[] }): string {
  return `assets/[name]-[hash]${names[0]?.endsWith(".mjs") ? ".js" : "[extname]"}`;
}
