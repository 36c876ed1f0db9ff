import { InputError } from "../../../base/index.ts";
import type { ItemTable } from "../../../data/items/item.ts";
import { ImageColumn } from "../../../modality/image/index.ts";
import type { PictureReport } from "../pictures/pictureReport.ts";
import { type ReadPicturesOptions, readPictures } from "../pictures/readPictures.ts";

/** The pictures of a table, and what there is to say of their files. */
export interface ItemPictures {
  /** A row for each item, which lacks a picture where the item has none or it cannot be read. */
  readonly column: ImageColumn;
  readonly report: PictureReport;
}

/**
 * The pictures of a table's items as a column: decoded into the same cache and prepared in the same way as those of folders.
 *
 * @throws InputError when no picture can be read, or, with `strict`, one cannot.
 * @throws AbortedError when stopped by `signal`.
 */
export async function imageColumnOf(
  { name, items }: ItemTable,
  options: Pick<ReadPicturesOptions, "preprocessing" | "strict" | "onPictures" | "signal"> = {},
): Promise<ItemPictures> {
  const rows = [...items.keys()].filter((row) => items[row]!.image !== null);
  if (rows.length === 0) {
    throw new InputError(`${name} has no pictures, expected a column image, or files of pictures`);
  }
  const listing = {
    source: name,
    pictures: rows.map((row) => ({ ...items[row]!.image!, label: null, part: "train" as const })),
    problems: [],
    emptyClasses: [],
  };
  const read = await readPictures(listing, "train", { ...options, validation: 0, least: 1 });
  const places = new Int32Array(items.length).fill(-1);
  for (const [place, listed] of read.dataset.rows!.entries()) places[rows[listed]!] = place;
  return { column: new ImageColumn(read.dataset, places), report: read.report };
}
