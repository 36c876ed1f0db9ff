import type { HonoRequest } from "hono";
import { Problem } from "./problem.ts";

/** Levels of lists and objects in a body; what is asked for has three. */
const mostLevels = 20;

/**
 * The bytes of a request, which may come without saying how many they are.
 *
 * @throws Problem 413 as soon as there are more than `most`.
 */
export async function bodyBytes({ raw }: HonoRequest, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = new Problem(
    413,
    `the body is too large, expected at most ${most.toLocaleString("en")} bytes`,
  );
  if (Number(raw.headers.get("content-length") ?? 0) > most) throw tooLarge;
  const pieces: Uint8Array[] = [];
  let length = 0;
  if (raw.body) {
    for await (const piece of raw.body) {
      length += piece.length;
      if (length > most) throw tooLarge;
      pieces.push(piece);
    }
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/**
 * What a request says in JSON.
 *
 * @param of what it is of, for messages, such as `a search: vector, k, where`
 * @throws Problem 400 where it is no JSON, or nested deeper than anything that is asked for; 413 where it is too large.
 */
export async function bodyJson(request: HonoRequest, most: number, of: string): Promise<unknown> {
  const text = new TextDecoder().decode(await bodyBytes(request, most));
  if (levelsOf(text) > mostLevels) {
    throw new Problem(400, `the body is nested more than ${mostLevels} deep, expected that of ${of}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, `the body is no JSON, expected that of ${of}`);
  }
}

/** How deep lists and objects are nested in a text of JSON: what walks through them by recursion must not run out of stack. */
function levelsOf(json: string): number {
  let level = 0;
  let most = 0;
  for (const [sign] of json.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/gs)) {
    if (sign === "[" || sign === "{") most = Math.max(most, ++level);
    else if (sign === "]" || sign === "}") level--;
  }
  return most;
}
