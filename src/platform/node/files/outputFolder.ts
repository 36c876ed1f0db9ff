import { open, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { explainIoError } from "./files.ts";
import { makeFolder } from "./folders.ts";
import { clearOnce, temporaryName } from "./temporaries.ts";

/** A folder that files can be written to. */
export interface OutputFolder {
  readonly path: string;
  /** Removes the folders that were made for it and are still empty. */
  undo(): Promise<void>;
}

/**
 * Makes a folder, with those on the way to it, and tries to write there, so that work of minutes is not begun for a place
 * that cannot take its result.
 *
 * @throws InputError with one line that says what to do when files cannot be written there.
 */
export async function outputFolder(path: string): Promise<OutputFolder> {
  let made: string | undefined;
  const undo = async (): Promise<void> => {
    if (made === undefined) return;
    const last = dirname(resolve(made));
    for (let folder = resolve(path); folder !== last; folder = dirname(folder)) {
      const removed = await rmdir(folder).then(
        () => true,
        () => false,
      );
      if (!removed) return;
    }
  };
  try {
    made = await makeFolder(path);
    await clearOnce(path);
    const probe = join(path, temporaryName("writable"));
    await (await open(probe, "w")).close();
    await rm(probe);
  } catch (error) {
    await undo();
    throw explainIoError(error, "written", path);
  }
  return { path, undo };
}
