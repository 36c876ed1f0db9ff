/** What may stand between the fields of a line; blanks count as one. */
const separators = [",", ";", "\t", "|"] as const;
export type Separator = (typeof separators)[number] | " ";

const names: Readonly<Record<Separator, string>> = {
  ",": "commas",
  ";": "semicolons",
  "\t": "tabs",
  "|": "bars",
  " ": "blanks",
};

/** What people call what is between the fields. */
export function separatorName(separator: Separator): string {
  return names[separator];
}

/**
 * What separates the fields of a table: of comma, semicolon, tab and bar the one that is most often in the first line outside
 * of quotes; where there is none of these, blanks, where each line has as many.
 *
 * @param lines the first lines of the table
 */
export function separatorOf(lines: readonly string[]): Separator {
  const [first = ""] = lines;
  const bare = first.replaceAll(/"[^"]*"/g, "");
  const counts = separators.map((separator) => bare.split(separator).length - 1);
  const most = Math.max(...counts);
  if (most > 0) return separators[counts.indexOf(most)]!;
  const fields = lines.map((line) => splitLine(line, " ").length);
  return fields[0]! > 1 && fields.every((count) => count === fields[0]) ? " " : ",";
}

/**
 * The fields of a line, which may be quoted, with `""` for a quote; blanks around a field are taken off. For tables of
 * numbers, whose fields hold no line breaks.
 */
export function splitLine(line: string, separator: Separator): string[] {
  const text = line.replace(/^\uFEFF/, "").trim();
  if (!text.includes('"')) {
    return (separator === " " ? text.split(/[ \t]+/) : text.split(separator)).map((field) => field.trim());
  }
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    while (text[at] === " " || (text[at] === "\t" && separator !== "\t")) at++;
    let field = "";
    if (text[at] === '"') {
      const quoted = /^"((?:[^"]|"")*)"/.exec(text.slice(at));
      // A quote without an end is part of the field, which then is no number.
      if (quoted) {
        field = quoted[1]!.replaceAll('""', '"');
        at += quoted[0].length;
      }
    }
    const next = separator === " " ? text.slice(at).search(/[ \t]/) : text.slice(at).indexOf(separator);
    const end = next < 0 ? text.length : at + next;
    fields.push((field + text.slice(at, end)).trim());
    if (next < 0) return fields;
    at = end + 1;
  }
}
