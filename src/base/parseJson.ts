import type { z } from "zod";
import { InputError } from "./errors.ts";
import { printable } from "./printable.ts";

/** Characters of a received value that a message quotes. */
const quoted = 80;

/**
 * The value in a text of JSON.
 *
 * @param where the text is from, such as a file's name; undefined text is missing there
 * @param what was expected and what to do without it, such as `the guidance of a run: remove the file`
 * @throws InputError for a text that is missing or not JSON, and for the first field that the schema refuses: its path, what
 * it holds and what was expected.
 */
export function parseJson<T>(schema: z.ZodType<T>, text: string | undefined, where: string, what: string): T {
  if (text === undefined) throw new InputError(`${where} is missing, expected ${what}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? printable(error.message) : error;
    throw new InputError(`${where} is not JSON (${reason}), expected ${what}`, { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  // Zod's message without its heading, and without the type of what was received.
  const problem = message.replace(/^[^:.]+[:.] (?=expected|must)/i, "").replace(/, received \w+$/, "");
  throw new InputError(
    `${where}: ${path.join(".") || "the whole"}: ${problem[0]!.toLowerCase()}${problem.slice(1)}, received ${received(value, path)}, in ${what}`,
  );
}

/** What a value holds at a path, as a message quotes it. */
export function received(value: unknown, path: readonly PropertyKey[]): string {
  return shown(path.reduce<unknown>((at, key) => Object(at)[key], value));
}

function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : printable(JSON.stringify(value));
  return text.length > quoted ? `${text.slice(0, quoted)}...` : text;
}
