import { InputError, quote } from "../../../base/index.ts";
import { separatorName, splitLine } from "../../../data/separator.ts";
import { labelColumn, type PixelTableForm } from "./pixelTable.ts";

/**
 * Reads a row whose fields are not all plain numbers, and returns its label as text, empty where it has none.
 *
 * @param pixels filled with the row's pixels
 * @param where file and line, for messages
 * @throws InputError naming the first field that is no pixel, or how many fields there are.
 */
export function readTextRow(text: string, form: PixelTableForm, pixels: Uint8Array, where: string): string {
  const { columns, separator, names, endsInSeparator, packed } = form;
  const cells = splitLine(text, separator);
  const fields = cells.flatMap((cell, i) => (i === packed ? cell.split(/[ \t]+/) : [cell]));
  if (endsInSeparator && fields.length === columns.length + 1 && fields.at(-1) === "") fields.pop();
  let label = "";
  for (const [column, field] of fields.slice(0, columns.length).entries()) {
    const pixel = columns[column]!;
    if (pixel === labelColumn) label = field;
    if (pixel < 0) continue;
    // A row that breaks off is short, whatever its last field looks like.
    if (field === "" && column === fields.length - 1 && fields.length < columns.length) break;
    const value = field === "" ? Number.NaN : Number(field);
    const place = `${where}, column ${column + 1} (${names?.[column] ?? `pixel ${pixel}`}) is ${quote(field)}`;
    if (!Number.isInteger(value) && Math.abs(value) !== Number.POSITIVE_INFINITY) {
      const hint = value > 0 && value < 1 ? ": multiply by 255 and round" : "";
      throw new InputError(`${place}, no integer, expected a pixel from 0 to 255${hint}`);
    }
    if (value < 0 || value > 255) {
      throw new InputError(`${place}, out of range, expected a pixel from 0 to 255`);
    }
    pixels[pixel] = value;
  }
  if (fields.length !== columns.length) {
    const extra =
      fields.length > columns.length ? `, the first too many being ${quote(fields[columns.length]!)}` : "";
    throw new InputError(
      `${where} has ${fields.length} ${fields.length === 1 ? "field" : "fields"}${extra}, expected ${columns.length} as in line 1, separated by ${separatorName(separator)}`,
    );
  }
  return label;
}
