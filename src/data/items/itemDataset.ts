import { KindredError } from "../../base/index.ts";
import type { Column } from "../column.ts";
import type { Dataset } from "../dataset.ts";
import type { ItemTable } from "./item.ts";

/**
 * A table of items and its columns, a row for each item, as a data set. Its labels are the items' groups: what a multi-positive
 * loss takes for one thing.
 *
 * @throws KindredError when a column has other rows than the table.
 */
export function itemDataset(table: ItemTable, columns: readonly Column[]): Dataset {
  const { name, items, groups, groupNames, grouping } = table;
  const other = columns.find(({ count }) => count !== items.length);
  if (other) {
    throw new KindredError(
      `the column ${other.modality} of ${name} has ${other.count} rows, expected ${items.length}, one for each item`,
    );
  }
  return {
    ...{ name, count: items.length, labels: groups, labelled: grouping !== "none" },
    ...(groupNames ? { classes: groupNames } : {}),
    paths: items.map(({ id }) => id),
    ...(items.some(({ fields }) => fields) ? { fields: items.map(({ fields = {} }) => fields) } : {}),
    columns: new Map(columns.map((column) => [column.modality, column])),
  };
}
