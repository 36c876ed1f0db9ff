import { describeColumns, labelColumn, type PixelTableForm, passedOver } from "./pixelTable.ts";

/** What of a table's named columns was taken for what, where that may surprise. */
export function columnNotes(file: string, { names, columns }: PixelTableForm, unlabelled: boolean): string[] {
  if (!names) return [];
  const notes: string[] = [];
  const label = columns.indexOf(labelColumn);
  if (label >= 0 && names[label]!.toLowerCase() !== "label" && !unlabelled) {
    notes.push(`${file}: the labels are those of ${describeColumns(names, [label])}`);
  }
  if (label < 0 && !unlabelled) {
    notes.push(`${file} has no column of labels (--label-column names one): its pictures have none`);
  }
  const over = [...names.keys()].filter((column) => columns[column] === passedOver);
  if (over.length > 0) {
    notes.push(`${file}: passed over ${over.length === 1 ? "is" : "are"} ${describeColumns(names, over)}`);
  }
  return notes;
}
