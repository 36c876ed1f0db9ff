import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { assetName, ortModules } from "./ortModules.ts";
import { staticSite } from "./staticSite.ts";

const root = import.meta.dirname;
const { version } = JSON.parse(readFileSync(resolve(root, "../package.json"), "utf8")) as { version: string };

/**
 * Two builds of one page: `server`, which `kindred view` serves and which asks that server for everything, into
 * `dist/page`; and `static`, which needs no server of ours and computes in the browser, into `dist/site`.
 */
export default defineConfig(async ({ mode }) => ({
  root,
  base: "./",
  define: { __KINDRED_VERSION__: JSON.stringify(version) },
  plugins: [svelte(), ortModules(false), ...(mode === "static" ? [await staticSite()] : [])],
  resolve: {
    alias: {
      "kindred/workspace": resolve(root, "../src/workspace/index.ts"),
      "kindred/web": resolve(root, "../src/web.ts"),
      kindred: resolve(root, "../src/index.browser.ts"),
    },
  },
  build: {
    outDir: resolve(root, mode === "static" ? "../dist/site" : "../dist/page"),
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { output: { assetFileNames: assetName } },
  },
  worker: {
    format: "es",
    plugins: () => [ortModules(true)],
    rolldownOptions: { output: { assetFileNames: assetName } },
  },
}));
