/**
 * A text as one line without what a terminal obeys: control characters, line breaks and marks of writing direction, which a
 * file's name or a cell of a table may hold, come out as escapes such as `\n`, `\x1b` and `\u202e`.
 */
export function printable(text: string): string {
  return text.replaceAll(obeyed, (character) => {
    const code = character.codePointAt(0)!;
    if (short[character] !== undefined) return short[character];
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/** {@link printable} for JSON, in which escapes have a form of their own and the value stays as it is. */
export function printableJson(json: string): string {
  return json.replaceAll(obeyed, (character) => `\\u${hex(character.codePointAt(0)!, 4)}`);
}

const obeyed = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
