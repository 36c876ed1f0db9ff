import { getSystemErrorMap } from "node:util";
import { InputError, KindredError } from "../../../base/index.ts";
import { shownFilter } from "../../../retrieval/index.ts";
import { explainIoError } from "../files/ioErrors.ts";

/**
 * An error of LanceDB as one line, which names the index and, of a full disk and the like, what to do. Its messages carry the
 * number of a system's error as `(os error 28)`.
 */
export function explainLance(error: unknown, action: "read" | "written", path: string): unknown {
  if (error instanceof KindredError || !(error instanceof Error)) return error;
  const number = /\(os error (\d+)\)/.exec(error.message)?.[1];
  // A used-up quota (Linux) is none of those that Node has a name for.
  const name = number === "122" ? "EDQUOT" : getSystemErrorMap().get(-Number(number))?.[0];
  const code = process.platform === "win32" ? undefined : name;
  const system = code ? Object.assign(new Error(error.message), { code, syscall: "lance" }) : error;
  const explained = explainIoError(system, action, path);
  if (explained instanceof InputError) return explained;
  return new KindredError(`${path} cannot be ${action}: ${lanceText(error)}`, { cause: error });
}

/** What LanceDB's error says where a filter is at fault: as it is parsed, and as it is applied to the rows. */
const faultOfFilter = /Invalid input|Error applying filter expression|filter expression/;

/** The error of a query with a filter: the user's to mend where the filter is at fault, such as by dividing by zero. */
export function explainFilter(error: unknown, where: string): unknown {
  if (error instanceof KindredError || !(error instanceof Error)) return error;
  if (!faultOfFilter.test(error.message)) return error;
  const advice = /Cannot cast|Can't cast/.test(error.message) ? " (TRY_CAST gives NULL there)" : "";
  return new InputError(`the filter "${shownFilter(where)}" cannot be used: ${lanceText(error)}${advice}`, {
    cause: error,
  });
}

/** A filter may take so long, in milliseconds; one that `checkFilter` lets pass takes a million items less than a second. */
const longestFilter = 60_000;

/**
 * Waits for work with a filter.
 *
 * @throws InputError when it takes longer than `longest` milliseconds.
 */
export async function inTime<T>(
  where: string,
  work: Promise<T>,
  longest: number = longestFilter,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(
        new InputError(
          `the filter "${shownFilter(where)}" took longer than ${longest / 1000} s: ask for less in it`,
        ),
      ),
    longest,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    // What fails later has nobody left to tell.
    work.catch(() => undefined);
  }
}

/** What its errors begin with before they say what is wrong. */
const openings =
  /Failed to (execute query stream: GenericFailure|get next batch from stream), |Failed to get next batch from stream: |(Invalid input, )+|lance error: |Query Execution error: |Error applying filter expression to batch: |(Arrow|Execution) error: |Cast error: /g;

/** What LanceDB says, without its source's paths and repetitions. */
export function lanceText({ message }: Error): string {
  return message
    .replaceAll(/,? \/\S+\.rs:\d+:\d+/g, "")
    .replaceAll(openings, "")
    .replace(/\s+Caused by:.*$/s, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
