import { InputError } from "../../../base/index.ts";
import { shownFilter } from "../../../retrieval/index.ts";

/** A filter may take so long, in milliseconds; one that `checkFilter` lets pass takes a million pictures less than a second. */
export const longestFilter = 60_000;

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
