/** Names that columns of labels usually have, the likeliest first. Capitals, blanks and underscores do not matter. */
const usualLabels = [
  ...["label", "labels", "class", "classes", "classname", "classlabel", "labelname", "classid", "labelid"],
  ...["category", "categoryname", "categoryid", "target", "targets", "y", "digit", "letter", "character"],
  ...["species", "breed", "emotion", "diagnosis", "tag", "finelabel", "coarselabel", "truth", "groundtruth"],
];

/** Names of columns that are there for other ends, and never hold labels. */
const otherEnds = new Set([
  ...["", "id", "index", "row", "rowid", "uuid", "usage", "split", "subset", "fold", "dataset", "part"],
  ...["width", "height", "size", "md5", "sha256", "hash", "url", "date", "timestamp"],
]);

/** A name without what does not matter in it. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_.-]+/g, "");
}

/** Whether a column of this name is there for another end than labels. */
export function hasOtherEnd(name: string): boolean {
  return otherEnds.has(plainName(name)) || /^unnamed:?\d*$/.test(plainName(name));
}

/** The column that by its name holds the labels, the likeliest; -1 for none. */
export function usualLabelColumn(names: readonly string[]): number {
  const plain = names.map(plainName);
  return usualLabels.map((usual) => plain.indexOf(usual)).find((column) => column >= 0) ?? -1;
}

/** The column that was named, in any capitals where none is spelled like that; -1 for none. */
export function namedColumn(names: readonly string[], name: string): number {
  const exact = names.indexOf(name);
  return exact >= 0 ? exact : names.findIndex((column) => column.toLowerCase() === name.toLowerCase());
}
