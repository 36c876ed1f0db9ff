/**
 * Functions that a filter may call, and what they give. None makes a text longer than what it is given, and none takes longer
 * for a large number: so a short filter cannot ask for much memory or time.
 */
export const functionKinds: Readonly<Record<string, "text" | "number" | "truth" | "unknown">> = {
  lower: "text",
  upper: "text",
  btrim: "text",
  ltrim: "text",
  rtrim: "text",
  left: "text",
  right: "text",
  split_part: "text",
  reverse: "text",
  concat: "text",
  length: "number",
  char_length: "number",
  strpos: "number",
  abs: "number",
  round: "number",
  starts_with: "truth",
  ends_with: "truth",
  contains: "truth",
  coalesce: "unknown",
  nullif: "unknown",
};

/** Types that a filter may cast to, and what they hold. */
export const typeKinds: Readonly<Record<string, "text" | "number" | "truth">> = {
  int: "number",
  bigint: "number",
  float: "number",
  double: "number",
  string: "text",
  boolean: "truth",
};
