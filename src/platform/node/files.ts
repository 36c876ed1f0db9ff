import { type FileHandle, mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { InputError } from "../../base/index.ts";

/** What went wrong and what to do, by the system's error code. */
const explanations: Readonly<Record<string, string>> = {
  EACCES: "permission denied, change its permissions or choose another path",
  EBUSY: "it is in use, close whatever uses it and try again",
  EDQUOT: "the disk quota is used up, free some space or choose another disk",
  EISDIR: "it is a folder, give the path of a file",
  ELOOP: "its symbolic links go round in a circle, give the path of the file itself",
  EMFILE: "too many files are open, close some or raise the limit (ulimit -n)",
  ENAMETOOLONG: "the path is too long, choose a shorter one",
  ENOENT: "there is no such file or folder, check the path",
  ENOSPC: "the disk is full, free some space or choose another disk",
  ENOTDIR: "a part of the path is a file and not a folder, check the path",
  EPERM: "the system does not allow it, change its permissions or choose another path",
  EROFS: "the disk is read-only, choose another path",
};

/**
 * The one-line error for a failed file operation, `cannot <doing> <path>: <reason>, <what to do>`.
 *
 * @throws the error itself when it does not come from the file system, so that no defect is taken for bad input.
 */
export function describeIoError(error: unknown, doing: string, path: string): InputError {
  if (error instanceof InputError) return error;
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) throw error;
  const reason = explanations[error.code] ?? `${error.message.split("\n", 1)[0]}`;
  return new InputError(`cannot ${doing} ${path}: ${reason}`, { cause: error });
}

/**
 * The bytes of a file.
 *
 * @throws InputError when the file cannot be read.
 */
export async function readFileOrExplain(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { buffer, byteOffset, byteLength } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw describeIoError(error, "read", path);
  }
}

/** A file in the making: nobody sees it under its name before `commit`. */
export interface AtomicWriter {
  /**
   * Appends to the file.
   *
   * @throws InputError when that fails; what was written is then removed, and the writer is closed.
   */
  write(content: Uint8Array | string): Promise<void>;
  /**
   * Puts the file, safe on the disk, in the place of what was there.
   *
   * @throws InputError when that fails; what was there before stays as it was.
   */
  commit(): Promise<void>;
  /** Removes what was written, unless the writer is closed already; for a `finally`. */
  abort(): Promise<void>;
}

/**
 * Starts a file that appears under its name complete or not at all, making its folder where that is missing.
 *
 * @throws InputError when the path cannot be written to.
 */
export async function openAtomicWriter(path: string): Promise<AtomicWriter> {
  try {
    const existing = await existingFile(path);
    const target = existing?.path ?? resolve(path);
    await mkdir(dirname(target), { recursive: true });
    const temporary = await openTemporary(dirname(target));
    const writer = new TemporaryFile(path, target, temporary);
    if (existing) await writer.attempt(() => temporary.handle.chmod(existing.mode));
    return writer;
  } catch (error) {
    throw describeIoError(error, "write", path);
  }
}

/**
 * Writes a whole file such that it appears under its name complete or not at all, making its folder where that is missing.
 *
 * @throws InputError when that fails; what was there before stays as it was.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const writer = await openAtomicWriter(path);
  await writer.write(content);
  await writer.commit();
}

/** The regular file that would be replaced, behind any symbolic links. */
async function existingFile(path: string): Promise<{ path: string; mode: number } | undefined> {
  let real: string;
  try {
    real = await realpath(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const stats = await stat(real);
  // A rename would put a file in the place of a device such as /dev/null.
  if (!stats.isFile()) {
    const found = stats.isDirectory() ? "a folder" : "a device or a pipe";
    throw new InputError(`cannot write ${path}: it is ${found}, give the path of a file`);
  }
  return { path: real, mode: stats.mode };
}

interface Temporary {
  readonly path: string;
  readonly handle: FileHandle;
}

let temporaries = 0;

/** A new file in the same folder as the target, as a rename works only within a disk. */
async function openTemporary(folder: string): Promise<Temporary> {
  for (;;) {
    const path = join(folder, `.kindred-${process.pid}-${temporaries++}.tmp`);
    try {
      return { path, handle: await open(path, "wx") };
    } catch (error) {
      // Left behind by a process of the same number that was killed.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
}

class TemporaryFile implements AtomicWriter {
  readonly #path: string;
  readonly #target: string;
  readonly #temporary: Temporary;
  #closed = false;

  constructor(path: string, target: string, temporary: Temporary) {
    this.#path = path;
    this.#target = target;
    this.#temporary = temporary;
  }

  async write(content: Uint8Array | string): Promise<void> {
    await this.attempt(() => this.#temporary.handle.writeFile(content));
  }

  async commit(): Promise<void> {
    await this.attempt(async () => {
      await this.#temporary.handle.sync();
      await this.#temporary.handle.close();
      await rename(this.#temporary.path, this.#target);
    });
    this.#closed = true;
  }

  async abort(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#temporary.handle.close();
    } finally {
      await rm(this.#temporary.path, { force: true });
    }
  }

  /** Does one step, removing the temporary file where it fails. */
  async attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      await this.abort();
      throw describeIoError(error, "write", this.#path);
    }
  }
}
