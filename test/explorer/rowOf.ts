/** The row that a text such as `Picture 1,234` names. */
export function rowOf(text: string): number {
  return Number(/picture ([\d,]+)/i.exec(text)?.[1]?.replaceAll(",", ""));
}
