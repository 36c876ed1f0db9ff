/** Names in a message, the first few of many: `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`. */
export function listed(names: readonly string[], most = Number.POSITIVE_INFINITY): string {
  const all = names.length <= most;
  const first = all ? names.slice(0, -1) : names.slice(0, most);
  const last = all ? (names.at(-1) ?? "") : `${names.length - most} more`;
  return first.length === 0 ? last : `${first.join(", ")} and ${last}`;
}

/** `1 picture`, `1,200 pictures` */
export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
