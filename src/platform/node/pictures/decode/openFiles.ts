import { InputError } from "../../../../base/index.ts";

/** What is said, and what to do about it. */
export const tooManyOpen =
  "too many files are open for this process (EMFILE): raise the limit (ulimit -n 1024) and run it again";

/**
 * Passes over an error of one file, but not that the process may open no more files, which would be held against
 * every file that is looked at next.
 *
 * @throws InputError for too many open files.
 */
export function requireDescriptors(error: unknown): void {
  if (!isTooManyOpen(error)) return;
  throw new InputError(tooManyOpen, { cause: error });
}

/** Whether the limit of open files was reached, of the process (EMFILE) or of the machine (ENFILE). */
export function isTooManyOpen(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  return (
    code === "EMFILE" || code === "ENFILE" || /\b(EMFILE|ENFILE|too many open files)\b/i.test(error.message)
  );
}
