import { InputError, KindredError } from "../../../base/index.ts";

/** What went wrong and what to do about it, for the errors that whoever runs the command can mend. */
const mendable: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder: check the path",
  EACCES: "permission denied: change its permissions, or choose another path",
  EPERM: "operation not permitted: change its permissions, or choose another path",
  EROFS: "the file system is read-only: choose another path",
  ENOTDIR: "a part of the path is a file and not a folder: choose another path",
  EISDIR: "it is a folder and not a file: name a file",
  EEXIST: "a file of that name is in the way: choose another path, or remove it",
  ENOSPC: "the disk is full: free some space, or choose another path",
  EDQUOT: "the disk quota is used up: free some space, or choose another path",
  EFBIG: "the file would be larger than is allowed here: choose another path",
  ENAMETOOLONG: "the name is too long: choose a shorter one",
  ELOOP: "its symbolic links go in a circle: choose another path",
  EMFILE: "too many files are open: raise the limit (ulimit -n)",
  EBUSY: "it is in use by another program: close that, or choose another path",
  ETXTBSY: "it is in use by another program: close that, or choose another path",
};

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Whether the error is one of the system's with one of these codes. */
export function isOneOf(error: unknown, codes: readonly string[]): boolean {
  const code = errorCode(error);
  return code !== undefined && codes.includes(code);
}

/** Whether the error says that the file, or a folder on its path, does not exist. */
export function isMissing(error: unknown): boolean {
  return isOneOf(error, ["ENOENT"]);
}

/** One line for a failed file operation: `path cannot be written: the disk is full: … (ENOSPC)`. */
export function describeIoError(error: unknown, action: "read" | "written", path: string): string {
  const code = errorCode(error);
  const known = code === undefined ? undefined : mendable[code];
  if (known !== undefined) return `${path} cannot be ${action}: ${known} (${code})`;
  const text = error instanceof Error ? error.message : String(error);
  return `${path} cannot be ${action}: ${text.split("\n", 1)[0]}`;
}

/**
 * The error to throw for a failed file operation: an InputError where the user can mend it (a full disk, a wrong
 * path), a KindredError where they cannot (a broken disk), and the error itself where it is none of the system's.
 */
export function explainIoError(error: unknown, action: "read" | "written", path: string): unknown {
  const code = errorCode(error);
  if (error instanceof KindredError || code === undefined || !("syscall" in Object(error))) return error;
  const message = describeIoError(error, action, path);
  return code in mendable
    ? new InputError(message, { cause: error })
    : new KindredError(message, { cause: error });
}
