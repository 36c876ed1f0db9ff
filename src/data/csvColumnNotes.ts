import { labelColumn, type PixelTableForm, passedOver, quote } from "./pixelTable.ts";

/** Names that a note has. */
const mostNamed = 8;

/** What of a table's named columns was taken for what, where that may surprise. */
export function columnNotes(file: string, { names, columns }: PixelTableForm, unlabelled: boolean): string[] {
  if (!names) return [];
  const notes: string[] = [];
  const label = columns.indexOf(labelColumn);
  const over = names.filter((_, column) => columns[column] === passedOver);
  if (label >= 0 && names[label]!.toLowerCase() !== "label" && !unlabelled) {
    notes.push(`${file}: the labels are those of the column ${quote(names[label]!)}`);
  }
  if (label < 0 && !unlabelled) {
    notes.push(`${file} has no column of labels (--label-column names one): its pictures have none`);
  }
  if (over.length > 0) {
    const more = over.length > mostNamed ? ` and ${over.length - mostNamed} more` : "";
    notes.push(
      `${file}: passed over ${over.length === 1 ? "is the column" : "are the columns"} ${over.slice(0, mostNamed).map(quote).join(", ")}${more}`,
    );
  }
  return notes;
}
