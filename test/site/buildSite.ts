import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";

const root = join(import.meta.dirname, "..", "..");

/** A built site in a folder of its own. */
export interface BuiltSite {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Builds the static site, or in place of its page one with the backend alone (`window.backend`). */
export async function buildSite(page: "whole" | "backend"): Promise<BuiltSite> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-site-"));
  // Vitest sets it for itself, and Vite would then leave in what helps while developing.
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  await build({
    configFile: join(root, "web", "vite.config.ts"),
    ...(page === "backend" ? { root: join(import.meta.dirname, "page") } : {}),
    mode: "static",
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true, reportCompressedSize: false },
  }).finally(() => {
    process.env.NODE_ENV = before;
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
