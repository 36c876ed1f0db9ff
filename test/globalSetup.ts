import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of what tests make once and share: new for each run of them, and removed after it. */
    readonly madeOnce: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-tests-"));
  project.provide("madeOnce", folder);
  return () => rm(folder, { recursive: true, force: true });
}
