/** The first names of a list, and how many more there are, for a message: `a, b, c and 4 more`. */
export function namedFew(names: readonly string[], most: number): string {
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return names.slice(0, most).join(", ") + more;
}
