import { presentRows } from "../data/column.ts";
import { columnOf } from "../data/dataset.ts";
import type { Column, Dataset, Preview } from "../data/index.ts";
import { type PictureSize, thumbnailSize, thumbnails } from "../modality/image/fit/thumbnails.ts";
import { ImageColumn, pickImages } from "../modality/image/index.ts";
import { modalityNamed } from "../modality/modality.ts";
import type { PreviewForm, PreviewsPart, ShownModality } from "./itemsProtocol.ts";
import type { MessageArray } from "./message.ts";
import { packedFiles } from "./previewFiles.ts";

/** The rows of one modality. */
export interface ShownPart {
  readonly column: Column;
  /** Of each row the item that it is of; null where all items have the modality. */
  readonly items: Uint32Array | null;
  readonly count: number;
}

/** Items as a space shows them: a row for each modality that an item has, all rows of the first modality first. */
export interface ShownRows {
  readonly parts: readonly ShownPart[];
  readonly count: number;
  /** `[count]` */
  readonly labels: Int32Array;
  readonly labelled?: boolean;
  readonly classes?: readonly string[];
  /** What people call them: `pictures`, or `items` where they are of several modalities. */
  readonly word: string;
  /** Where a row's item is, relative to its data set; null where that is in no file. */
  path(row: number): string | null;
}

/** @param modalities in the order in which they are shown */
export function shownRows(
  dataset: Dataset,
  modalities: readonly string[] = [...dataset.columns.keys()],
): ShownRows {
  return shownTogether(modalities.map((modality) => ({ modality, dataset })));
}

/**
 * Items of several data sets that have the same classes, one modality of each.
 *
 * @param shown one or more, in the order in which they are shown
 */
export function shownTogether(
  shown: readonly { readonly modality: string; readonly dataset: Dataset }[],
): ShownRows {
  const parts = shown.map(({ modality, dataset }) => {
    const column = columnOf(dataset, modality);
    const items = presentRows(column);
    return { column, items, count: items?.length ?? column.count, dataset };
  });
  const [only] = parts;
  const { labelled, classes } = only!.dataset;
  return {
    parts,
    count: parts.reduce((sum, part) => sum + part.count, 0),
    labels:
      parts.length === 1 && !only!.items
        ? only!.dataset.labels
        : Int32Array.from(
            parts.flatMap((part) =>
              Array.from({ length: part.count }, (_, at) => part.dataset.labels[itemOf(part, at)]!),
            ),
          ),
    word: parts.length === 1 ? modalityNamed(only!.column.modality).items : "items",
    ...(labelled === undefined ? {} : { labelled }),
    ...(classes ? { classes } : {}),
    path: (row) => {
      const place = placeOf(parts, row);
      return place?.part.dataset.paths?.[itemOf(place.part, place.at)] ?? null;
    },
  };
}

/** What is said of each modality of rows. @param longest pixels of a picture's longer side, as it is shown */
export function shownModalities({ parts }: ShownRows, longest: number): ShownModality[] {
  return parts.map(({ column, count }) => ({
    modality: column.modality,
    items: modalityNamed(column.modality).items,
    count,
    preview: previewForm(column, longest),
  }));
}

/**
 * What rows are shown by, in their order, with the arrays of a message.
 *
 * @param longest pixels of a picture's longer side: larger ones are made smaller
 */
export async function previewsPart(
  { parts }: ShownRows,
  rows: Uint32Array,
  longest: number,
): Promise<{ readonly head: PreviewsPart; readonly arrays: Record<string, MessageArray> }> {
  const pictures: number[] = [];
  const files: (Preview | null | Promise<Preview>)[] = [];
  const inFiles: boolean[] = [];
  const ofPixels = parts.find(({ column }) => column instanceof ImageColumn);
  for (const row of rows) {
    const { part, at } = placeOf(parts, row)!;
    const item = itemOf(part, at);
    inFiles.push(part !== ofPixels);
    if (part === ofPixels) pictures.push(item);
    else files.push(part.column.preview?.(item) ?? null);
  }
  const packed = packedFiles(await Promise.all(files));
  const column = ofPixels?.column;
  if (!(column instanceof ImageColumn) || pictures.length === 0)
    return { head: { ...packed.head, picture: null, inFiles }, arrays: packed.arrays };
  const { pixels, width, height, channels } = thumbnails(
    pickImages(column.images, column.placesOf(Uint32Array.from(pictures))),
    longest,
  );
  const head = { ...packed.head, picture: { width, height, channels } };
  if (files.length === 0) return { head: { ...head, inFiles: null }, arrays: { pixels } };
  return { head: { ...head, inFiles }, arrays: { pixels, ...packed.arrays } };
}

function previewForm(column: Column, longest: number): PreviewForm | null {
  if (column instanceof ImageColumn) {
    const size: PictureSize = thumbnailSize(column.images, longest);
    return { kind: "pixels", ...size };
  }
  return column.preview ? { kind: "file" } : null;
}

function placeOf<Part extends ShownPart>(
  parts: readonly Part[],
  row: number,
): { readonly part: Part; readonly at: number } | null {
  let from = 0;
  for (const part of parts) {
    if (row < from + part.count) return { part, at: row - from };
    from += part.count;
  }
  return null;
}

function itemOf({ items }: ShownPart, at: number): number {
  return items ? items[at]! : at;
}
