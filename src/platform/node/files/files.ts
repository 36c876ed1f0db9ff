import { existsSync } from "node:fs";
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InputError } from "../../../base/index.ts";
import { makeFolder } from "./folders.ts";
import { explainIoError, isMissing, isOneOf } from "./ioErrors.ts";
import { clearOnce, temporaryName } from "./temporaries.ts";

export { describeIoError, explainIoError } from "./ioErrors.ts";

/**
 * The bytes of a file.
 *
 * @throws InputError with one line that says what to do when the file is missing or cannot be read.
 */
export async function readFileOrExplain(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readFile(path);
  } catch (error) {
    throw explainIoError(error, "read", path);
  }
}

/** {@link readFileOrExplain} as text, in UTF-8. */
export async function readTextOrExplain(path: string): Promise<string> {
  return new TextDecoder().decode(await readFileOrExplain(path));
}

/** Appends to the file being written; await each call, so that memory stays bounded. */
export type Append = (bytes: Uint8Array | string) => Promise<void>;

/**
 * Writes a file that is either there in full or not at all: `produce` appends to a temporary file in the same
 * folder, which is flushed to the disk and then renamed. A failure, also one of `produce`, removes the temporary file
 * and leaves what was at `path` as it was. Folders on the way are made.
 *
 * @throws InputError with one line that says what to do: a full disk, no permission, a folder in the way.
 */
export async function writeStreamAtomic(
  path: string,
  produce: (append: Append) => Promise<void>,
): Promise<void> {
  try {
    await makeFolder(dirname(path));
    const target = await resolveTarget(path);
    const folder = dirname(target);
    await clearOnce(folder);
    const temporary = join(folder, temporaryName(basename(target)));
    try {
      await writeFlushed(temporary, produce);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await flushFolder(folder);
  } catch (error) {
    throw explainIoError(error, "written", path);
  }
}

/** {@link writeStreamAtomic} for content that is at hand. */
export function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  return writeStreamAtomic(path, (append) => append(content));
}

/** @throws InputError when something is at `path`, unless it is to be replaced. */
export function requireNew(
  path: string,
  options: { readonly force: boolean; readonly option?: string },
): void {
  if (options.force || !existsSync(path)) return;
  throw new InputError(
    `${path} is there already: replace it with --force, or choose another ${options.option ?? "--out"}`,
  );
}

/**
 * Finds out before long work whether its result could be written: makes the folders on the way and a temporary file
 * beside `path`, which is removed again. What is at `path` stays as it is.
 *
 * @throws InputError as `writeStreamAtomic` would.
 */
export async function requireWritable(path: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
    const target = await resolveTarget(path);
    await clearOnce(dirname(target));
    const temporary = join(dirname(target), temporaryName(basename(target)));
    try {
      await (await open(temporary, "w")).close();
    } finally {
      await rm(temporary, { force: true });
    }
  } catch (error) {
    throw explainIoError(error, "written", path);
  }
}

/** Where a symbolic link leads, so that the file it names is replaced and not the link. */
async function resolveTarget(path: string): Promise<string> {
  try {
    const target = await realpath(path);
    const stats = await stat(target);
    // Renaming over a device would replace it by a file.
    if (!stats.isFile()) {
      const kind = stats.isDirectory() ? "a folder" : "a device, pipe or socket";
      throw new InputError(`${path} cannot be written: it is ${kind}, expected a file: name another path`);
    }
    return target;
  } catch (error) {
    if (isMissing(error)) return path;
    throw error;
  }
}

async function writeFlushed(path: string, produce: (append: Append) => Promise<void>): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "w");
    const handle = file;
    // FileHandle.writeFile writes all of it, where write may stop short.
    await produce((bytes) => handle.writeFile(bytes));
    await file.sync();
  } finally {
    await file?.close();
  }
}

/**
 * Flushes the folder's entry for a renamed file. The file itself is written by then: a system or a file system that has
 * no such call (Windows, some network shares), or lets nobody read the folder, is passed over, as SQLite and git do.
 */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, "r");
    await handle.sync();
  } catch (error) {
    if (!isOneOf(error, ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EBADF", "EACCES", "EPERM"]))
      throw error;
  } finally {
    await handle?.close();
  }
}
