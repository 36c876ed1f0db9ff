/** The part of a data set that an item is of. */
export type Part = "train" | "validation" | "test";

/** Names that columns of parts usually have, the likeliest first; as `plainName` has them. */
export const usualSplits = ["split", "subset", "partition", "part", "set", "usage", "dataset"];

const parts: Readonly<Record<string, Part>> = {
  train: "train",
  training: "train",
  val: "validation",
  valid: "validation",
  validation: "validation",
  test: "test",
  testing: "test",
};

/** The part that a folder or a cell names; undefined for none. */
export function partOf(name: string): Part | undefined {
  const key = name.trim().toLowerCase();
  return Object.hasOwn(parts, key) ? parts[key] : undefined;
}
