/** The keys of one object in a JSON text, and the nearest key that led to it. */
export interface JsonObjectKeys {
  /** `undefined` for the outermost object. */
  readonly under: string | undefined;
  /** In the order of the text, repeats included. */
  readonly keys: string[];
}

/**
 * The keys of every object in a text that `JSON.parse` has accepted, outermost first, in the order of the text:
 * what `JSON.parse` hides, since it keeps the last of two equal keys and moves keys like `"0"` to the front.
 */
export function jsonKeys(text: string): JsonObjectKeys[] {
  const objects: JsonObjectKeys[] = [];
  /** Objects around the current place; an array leaves its own entry empty. */
  const open: (JsonObjectKeys | undefined)[] = [];
  let under: string | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (character === "{") {
      const object: JsonObjectKeys = { under, keys: [] };
      objects.push(object);
      open.push(object);
    } else if (character === "[") open.push(undefined);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const start = at;
      for (at++; text[at] !== '"'; at++) if (text[at] === "\\") at++;
      // In valid JSON a colon follows a string exactly where the string is a key.
      let next = at + 1;
      while (" \t\r\n".includes(text[next] ?? "x")) next++;
      if (text[next] === ":") {
        under = JSON.parse(text.slice(start, at + 1)) as string;
        open.at(-1)?.keys.push(under);
      }
    }
    at++;
  }
  return objects;
}
