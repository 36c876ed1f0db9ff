import { existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
// What is provided is declared there, also for whoever compiles some of the tests alone.
import type {} from "./globalSetup.ts";

/**
 * The folder of what `make` wrote, made by whichever test asks first in this run of the tests; nobody may change it.
 *
 * @param make writes into the folder that it is given
 */
export async function madeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(inject("madeOnce"), name);
  if (existsSync(folder)) return folder;
  // Made beside and renamed: two processes may both make it, and each sees a whole one.
  const fresh = await mkdtemp(`${folder}-`);
  await make(fresh);
  try {
    await rename(fresh, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    await rm(fresh, { recursive: true });
  }
  return folder;
}
