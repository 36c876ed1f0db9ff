import { KindredError } from "kindred";

/** One line for people of something thrown, saying what was being done where the error was not made for them. */
export function oneLine(error: unknown, doing: string): string {
  const text = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0]!;
  return error instanceof KindredError ? text : `${doing} failed: ${text}`;
}
