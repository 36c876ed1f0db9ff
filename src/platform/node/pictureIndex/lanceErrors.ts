import { InputError, KindredError } from "../../../base/index.ts";
import { explainIoError } from "../ioErrors.ts";

/** Numbers of the system's errors that a user can mend; LanceDB's messages carry them as `(os error 28)`. */
const codes: Readonly<Record<string, string>> = {
  "2": "ENOENT",
  "13": "EACCES",
  "17": "EEXIST",
  "20": "ENOTDIR",
  "24": "EMFILE",
  "27": "EFBIG",
  "28": "ENOSPC",
  "30": "EROFS",
  "122": "EDQUOT",
};

/** An error of LanceDB as one line, which names the index and, of a full disk and the like, what to do. */
export function explainLance(error: unknown, action: "read" | "written", path: string): unknown {
  if (error instanceof KindredError || !(error instanceof Error)) return error;
  const number = /\(os error (\d+)\)/.exec(error.message)?.[1];
  const code = number === undefined ? undefined : codes[number];
  if (code !== undefined && process.platform !== "win32") {
    return explainIoError(Object.assign(new Error(error.message), { code, syscall: "lance" }), action, path);
  }
  const explained = explainIoError(error, action, path);
  if (explained !== error) return explained;
  return new KindredError(`${path} cannot be ${action}: ${lanceText(error)}`, { cause: error });
}

/** The error of a query with a filter: the user's to mend where LanceDB does not take it, such as for an unknown function. */
export function explainFilter(error: unknown, where: string): unknown {
  if (error instanceof KindredError || !(error instanceof Error)) return error;
  if (!error.message.includes("Invalid input")) return error;
  const filter = where.replaceAll(/\s+/g, " ");
  return new InputError(`the filter "${filter}" cannot be used: ${lanceText(error)}`, { cause: error });
}

/** What LanceDB says, without its source's paths and repetitions. */
export function lanceText({ message }: Error): string {
  return message
    .replaceAll(/,? \/\S+\.rs:\d+:\d+/g, "")
    .replaceAll(/Failed to execute query stream: GenericFailure, |(Invalid input, )+|lance error: /g, "")
    .replace(/\s+Caused by:.*$/s, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
