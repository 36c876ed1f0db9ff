/** A value for a message: quoted, unprintable characters escaped, cut after 40. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
