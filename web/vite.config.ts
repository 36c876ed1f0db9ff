import { resolve } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const root = import.meta.dirname;

/**
 * Two builds of one page: `server`, which `kindred view` serves and which asks that server for everything, into
 * `dist/explorer`; and `static`, which needs no server of ours and computes in the browser, into `dist/site`.
 */
export default defineConfig(({ mode }) => ({
  root,
  base: "./",
  plugins: [svelte()],
  resolve: {
    alias: {
      "kindred/explorer": resolve(root, "../src/explorer/index.ts"),
      "kindred/web": resolve(root, "../src/web.ts"),
      kindred: resolve(root, "../src/index.ts"),
    },
  },
  build: {
    outDir: resolve(root, mode === "static" ? "../dist/site" : "../dist/explorer"),
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  worker: { format: "es" },
}));
