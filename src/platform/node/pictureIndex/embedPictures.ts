import { createHash } from "node:crypto";
import { AbortedError } from "../../../base/index.ts";
import { Pacer } from "../../../base/pacer.ts";
import { className } from "../../../data/index.ts";
import { ImageColumn, type ImageDataset, pixelsAt, pixelsPerImage } from "../../../modality/image/index.ts";
import type { IndexedItem, ItemRecord } from "../../../retrieval/index.ts";
import type { Embedder } from "../../../train/index.ts";
import { makeThumbnails } from "./thumbnails.ts";

/** Bytes of pixels that a part of the pictures may have, and pictures in it at most. */
const partBytes = 2 ** 25;
const partPictures = 4096;
/** What the encoder takes at a time; parts are made of whole ones. */
const batch = 256;

/** Pictures of a data set's parts as they were dealt with. */
export interface PictureCounts {
  added: number;
  /** Embedded anew, as their pixels changed, or written anew with another label or path. */
  updated: number;
  unchanged: number;
  /** Of those added and updated, the ones that the encoder had to see. */
  embedded: number;
}

export interface EmbedPicturesOptions {
  /** The split that a data set without another part is; null where it has no such parts. Default null. */
  readonly split?: "test" | null;
  /** A picture's id from its path in its collection, or its row there. Default: just that. */
  readonly idOf?: (local: string) => string;
  /** Its path in its collection from that in the data set; rows are left as they are. Default: just that. */
  readonly pathOf?: (path: string) => string;
  /** Whether pictures without a label and split keep those that are known. Default false. */
  readonly keepKnown?: boolean;
  /** What an index holds already, by id: a picture whose pixels are the same is not embedded again. */
  readonly known?: ReadonlyMap<string, ItemRecord>;
  /** Those pictures with their vectors. */
  readonly stored?: (ids: readonly string[]) => Promise<readonly IndexedItem[]>;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Pictures of data sets as an index takes them, a part at a time: embedded, with a thumbnail, and named by their paths, or
 * by their rows in the source (those of a test split as `test/0`, `test/1`, …).
 *
 * @param parts the training pictures and, where there are some, the test pictures
 * @param counts is counted up on the way
 * @throws AbortedError when stopped by the signal.
 */
export async function* embedPictures(
  parts: readonly ImageDataset[],
  embedder: Embedder,
  counts: PictureCounts,
  options: EmbedPicturesOptions = {},
): AsyncGenerator<IndexedItem[]> {
  const { known = new Map<string, ItemRecord>(), stored, onProgress, signal, keepKnown } = options;
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  let before = 0;
  for (const [at, part] of parts.entries()) {
    const split = parts.length === 1 ? (options.split ?? null) : at === 0 ? "train" : "test";
    for (let start = 0; start < part.count; start += partLength(part)) {
      if (signal?.aborted) throw new AbortedError("indexing was stopped");
      const end = Math.min(start + partLength(part), part.count);
      const read = await recordsIn(part, split, start, end, options);
      const records = keepKnown ? read.map((record) => withKnown(record, known.get(record.id))) : read;
      const fresh: number[] = [];
      const relabelled: ItemRecord[] = [];
      for (const [offset, record] of records.entries()) {
        const there = known.get(record.id);
        if (!there || there.hash !== record.hash) {
          fresh.push(start + offset);
          if (there) counts.updated++;
          else counts.added++;
        } else if (sameRecord(there, record)) counts.unchanged++;
        else {
          relabelled.push(record);
          counts.updated++;
        }
      }
      const done = before;
      const [vectors, thumbnails] = await Promise.all([
        embedder.embed(new ImageColumn(part), null, {
          rows: Uint32Array.from(fresh),
          ...(signal ? { signal } : {}),
          onProgress: (embedded) => onProgress?.(done + start + embedded, total),
        }),
        makeThumbnails(
          fresh.map((image) => pixelsAt(part, image)),
          [part.channels, part.height, part.width],
        ),
      ]);
      counts.embedded += fresh.length;
      const dim = fresh.length === 0 ? 0 : vectors.length / fresh.length;
      const rows: IndexedItem[] = fresh.map((image, row) => ({
        ...records[image - start]!,
        vector: vectors.subarray(row * dim, (row + 1) * dim),
        preview: thumbnails[row]!,
      }));
      onProgress?.(before + end, total);
      yield [...rows, ...(await renamed(relabelled, stored))];
    }
    before += part.count;
  }
}

function partLength(part: ImageDataset): number {
  const fitting = Math.floor(partBytes / pixelsPerImage(part) / batch) * batch;
  return Math.min(partPictures, Math.max(batch, fitting));
}

async function recordsIn(
  part: ImageDataset,
  split: string | null,
  start: number,
  end: number,
  options: EmbedPicturesOptions,
): Promise<ItemRecord[]> {
  const { signal, idOf = (local) => local, pathOf = (path) => path } = options;
  const pacer = new Pacer(signal);
  const records: ItemRecord[] = [];
  for (let image = start; image < end; image++) {
    const name = pathOf(localName(part, image, split === "test"));
    records.push({
      id: idOf(name),
      modality: "image",
      label: part.labelled === false ? null : className(part, part.labels[image]!),
      path: part.paths ? name : null,
      split,
      hash: pictureHash(part, image),
      fields: part.fields?.[image] ?? {},
    });
    if (pacer.due()) await pacer.pause();
  }
  return records;
}

/** A lone file says neither its label nor its split, and has no fields. */
function withKnown(record: ItemRecord, known: ItemRecord | undefined): ItemRecord {
  return {
    ...record,
    label: record.label ?? known?.label ?? null,
    split: record.split ?? known?.split ?? null,
    fields: { ...known?.fields, ...record.fields },
  };
}

/** What a picture is called in its data set: its path, or its row in the source. */
function localName({ paths, rows }: ImageDataset, image: number, isTest: boolean): string {
  const row = rows?.[image] ?? image;
  return paths?.[image] ?? (isTest ? `test/${row}` : String(row));
}

/** What the pictures of a part are called, in their order. */
export function localNames(part: ImageDataset, isTest: boolean): string[] {
  return Array.from({ length: part.count }, (_, image) => localName(part, image, isTest));
}

/** Tells pictures apart by their pixels. 128 bits: that two of an index share them by chance is out of the question. */
export function pictureHash(dataset: ImageDataset, image: number): string {
  return createHash("sha256").update(pixelsAt(dataset, image)).digest("hex").slice(0, 32);
}

function sameRecord(a: ItemRecord, b: ItemRecord): boolean {
  const names = [...Object.keys(a.fields), ...Object.keys(b.fields)];
  return (
    a.label === b.label &&
    a.path === b.path &&
    a.split === b.split &&
    names.every((name) => (a.fields[name] ?? null) === (b.fields[name] ?? null))
  );
}

/** Pictures that changed in nothing that the encoder sees, with the vectors that they have. */
async function renamed(
  records: readonly ItemRecord[],
  stored: EmbedPicturesOptions["stored"],
): Promise<IndexedItem[]> {
  if (records.length === 0 || !stored) return [];
  const byId = new Map(records.map((record) => [record.id, record]));
  return (await stored([...byId.keys()])).map((picture) => ({ ...picture, ...byId.get(picture.id)! }));
}
