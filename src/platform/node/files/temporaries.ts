import { readdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { explainIoError, isMissing, isOneOf } from "./ioErrors.ts";
import { isAlive } from "./processes.ts";

let made = 0;

/** A name beside a file for its content until it is complete; it says whose process writes it. */
export function temporaryName(name: string): string {
  return `.${name}.${process.pid}-${made++}.tmp`;
}

/** The process that wrote a temporary file, and the name it was to get; null for a name of another form. */
export function ownerOfTemporary(name: string): { readonly target: string; readonly pid: number } | null {
  const match = /^\.(.+)\.(\d+)-\d+\.tmp$/.exec(name);
  return match && { target: match[1]!, pid: Number(match[2]) };
}

/**
 * Removes the temporary files in a folder whose process was killed before it could; those of living ones stay.
 *
 * @returns the names of the files removed.
 */
export async function removeStaleTemporaries(folder: string): Promise<string[]> {
  const removed: string[] = [];
  try {
    for (const name of await readdir(folder)) {
      const owner = ownerOfTemporary(name);
      if (!owner || !(await isStale(owner.pid, join(folder, name)))) continue;
      await rm(join(folder, name), { recursive: true, force: true });
      removed.push(name);
    }
  } catch (error) {
    if (!isOneOf(error, ["ENOENT", "ENOTDIR"])) throw explainIoError(error, "written", folder);
  }
  return removed;
}

const cleared = new Set<string>();

/** {@link removeStaleTemporaries}, before this process first writes to a folder. */
export async function clearOnce(folder: string): Promise<void> {
  const path = resolve(folder);
  if (cleared.has(path)) return;
  cleared.add(path);
  // What cannot be cleared is no reason not to write; whatever is wrong with the folder, writing says.
  await removeStaleTemporaries(path).catch(() => undefined);
}

async function isStale(pid: number, path: string): Promise<boolean> {
  if (pid !== process.pid) return !isAlive(pid);
  // A restarted container counts its processes from the beginning again.
  return isOlderThanProcess(path);
}

/** Whether a file was last written before this process was started; not so of one that is not there any more. */
export async function isOlderThanProcess(path: string): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs < performance.timeOrigin - clockStep;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Milliseconds by which the clock of a file system may be behind. */
const clockStep = 2000;
