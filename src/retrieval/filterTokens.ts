import { InputError } from "../base/index.ts";

/** A piece of a filter: a word, a text in quotes, a number, a sign, or the end. */
export interface FilterToken {
  readonly kind: "word" | "name" | "text" | "number" | "sign" | "end";
  /** As written; of a name in backticks what is between them. */
  readonly text: string;
  /** Where it begins, from 0, in UTF-16 units. */
  readonly at: number;
}

/** Signs of two characters before those of one that they begin with. */
const signs = ["==", "!=", "<>", "<=", ">=", "||", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ","];

const word = /[\p{L}_][\p{L}\p{N}_]*/uy;
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;

/** @throws InputError where a character begins nothing that a filter may hold, or a quote is not closed. */
export function filterTokens(filter: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  for (let at = 0; at < filter.length; ) {
    if (/\s/.test(filter[at]!)) at++;
    else {
      const token = tokenAt(filter, at);
      tokens.push(token.token);
      at = token.end;
    }
  }
  tokens.push({ kind: "end", text: "", at: filter.length });
  return tokens;
}

function tokenAt(filter: string, at: number): { token: FilterToken; end: number } {
  const first = filter[at]!;
  if (first === "'" || first === "`") {
    const end = endOfQuoted(filter, at, first);
    const kind = first === "'" ? "text" : "name";
    const text = kind === "text" ? filter.slice(at, end) : filter.slice(at + 1, end - 1);
    return { token: { kind, text, at }, end };
  }
  if (first === '"')
    throw filterError(filter, at, "a text stands between single quotes, as in label = 'cat'");
  // A comment would hide the rest of the filter.
  if (filter.startsWith("--", at)) throw filterError(filter, at, "-- begins no part of a filter");
  const kinds = [
    ["word", match(word, filter, at)],
    ["number", match(number, filter, at)],
    ["sign", signs.find((sign) => filter.startsWith(sign, at))],
  ] as const;
  for (const [kind, text] of kinds) {
    if (text !== undefined) return { token: { kind, text, at }, end: at + text.length };
  }
  const character = String.fromCodePoint(filter.codePointAt(at)!);
  throw filterError(filter, at, `${printable(character)} begins no part of a filter`);
}

/** Where a quoted text ends; a doubled quote is one quote of the text. */
function endOfQuoted(filter: string, at: number, quote: string): number {
  for (let end = at + 1; end < filter.length; end++) {
    if (filter[end] !== quote) continue;
    if (quote === "'" && filter[end + 1] === quote) end++;
    else return end + 1;
  }
  throw filterError(filter, at, `this ${quote} has no closing ${quote}`);
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function printable(character: string): string {
  const code = character.codePointAt(0)!;
  return code < 32 ? `a control character (code ${code})` : character;
}

/** One line that says where in a filter something is wrong, lines and columns counted from 1. */
export function filterError(filter: string, at: number, what: string): InputError {
  const before = filter.slice(0, at).split("\n");
  const column = [...before.at(-1)!].length + 1;
  const place = filter.includes("\n") ? `line ${before.length}, column ${column}` : `column ${column}`;
  return new InputError(`the filter "${shownFilter(filter, at)}" is wrong at ${place}: ${what}`);
}

/** Characters of a filter that a message shows. */
const mostShown = 200;

/** A filter in one line; of a long one the part around a place. */
export function shownFilter(filter: string, at = 0): string {
  if (filter.length <= mostShown) return oneLine(filter);
  const start = Math.max(0, Math.min(at - mostShown / 2, filter.length - mostShown));
  const end = start + mostShown;
  const part = filter.slice(start, end).toWellFormed();
  return `${start > 0 ? "…" : ""}${oneLine(part)}${end < filter.length ? "…" : ""}`;
}

/** Text with line breaks and other control characters as spaces. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}
