import { Rng } from "../../../base/index.ts";
import { columnOf, type Dataset, pickRows } from "../../../data/index.ts";
import { ImageColumn } from "../../../modality/image/index.ts";
import type { MeasuredRows } from "./alignmentData.ts";

/** Rows of a modality on the joint map: more would hide those of the others. */
const mostRows = 2000;

/** Of each modality up to 2,000 rows, by lot, in their order. */
export function sampledRows(rows: MeasuredRows, seed: number): MeasuredRows {
  return rows.map(({ modality, dataset }) => ({ modality, dataset: sampled(dataset, modality, seed) }));
}

function sampled(dataset: Dataset, modality: string, seed: number): Dataset {
  if (dataset.count <= mostRows) return dataset;
  const rows = Rng.of(seed, "joint map", modality).permutation(dataset.count).subarray(0, mostRows).sort();
  const { name, labelled, classes, paths } = dataset;
  const column = columnOf(dataset, modality);
  return {
    ...{ name, count: mostRows, labels: Int32Array.from(rows, (row) => dataset.labels[row]!) },
    ...(labelled === undefined ? {} : { labelled }),
    ...(classes ? { classes } : {}),
    ...(paths ? { paths: Array.from(rows, (row) => paths[row]!) } : {}),
    columns: new Map([
      [modality, column instanceof ImageColumn ? column.pick(rows) : pickRows(column, rows)],
    ]),
  };
}
