import type { Fields } from "../base/index.ts";
import type { PictureSize } from "../modality/image/fit/thumbnails.ts";
import type { Preprocessing } from "../modality/image/index.ts";
import type { ColumnKind } from "../retrieval/index.ts";

/* What the explorer's page and whoever trains for it say to each other of items: their modalities, previews and queries. */

/** What rows of a modality are shown by: pixels, all of one size, or a small file of each. */
export type PreviewForm = ({ readonly kind: "pixels" } & PictureSize) | { readonly kind: "file" };

/** One modality of the rows that are shown. */
export interface ShownModality {
  /** Such as `image`. */
  readonly modality: string;
  /** What people call several of its rows, such as `pictures`. */
  readonly items: string;
  /** Rows of it. */
  readonly count: number;
  /** Null where it has nothing to show. */
  readonly preview: PreviewForm | null;
}

/** A picture is asked about: it is drawn or is a file, and the page embeds it with `Backend.encoder`. */
export interface ImageQuery {
  readonly kind: "image";
  /** Of the pictures that the encoder takes. */
  readonly input: PictureSize;
  /** How a picture file becomes one that the encoder takes: as its own pictures did, or else cut to its middle. */
  readonly fitting: Preprocessing;
  /**
   * Whether the run's pictures are digits as MNIST has them, so that one can be drawn, and a photograph of one is centred as
   * they are.
   */
  readonly digits: boolean;
}

/** Words are asked about, by `Backend.embedQuery`. */
export interface TextQuery {
  readonly kind: "text";
}

/** A recording is asked about, by `Backend.embedQuery`: a file of any form that the run's tower reads, or WAV from the microphone. */
export interface AudioQuery {
  readonly kind: "audio";
  /** Seconds that the tower hears at once. */
  readonly seconds: number;
}

export type ModalityQuery = ImageQuery | TextQuery | AudioQuery;

/** One modality of a run. */
export interface RunModality extends ShownModality {
  /** How something new of it is asked about; null where only rows can be. */
  readonly query: ModalityQuery | null;
}

/** How pictures are asked about of a run; null where it has no tower of them. */
export function imageQueryOf({
  modalities,
}: {
  readonly modalities: readonly RunModality[];
}): ImageQuery | null {
  for (const { query } of modalities) if (query?.kind === "image") return query;
  return null;
}

/** The modality of a row; the last for one beyond all. */
export function modalityOfRow<Shown extends ShownModality>(
  modalities: readonly Shown[],
  row: number,
): Shown | undefined {
  let left = row;
  for (const each of modalities) {
    if (left < each.count) return each;
    left -= each.count;
  }
  return modalities.at(-1);
}

/** An index that a run's towers made. */
export interface IndexChoice {
  /** Its folder's name. */
  readonly name: string;
  /** Items in it. */
  readonly count: number;
  /** Of what they are. */
  readonly modalities: readonly Pick<ShownModality, "modality" | "items">[];
  /** What its items' fields hold, by name: a filter can name them. */
  readonly fields: Readonly<Record<string, ColumnKind>>;
  /** The checkpoint that made its vectors: those of another cannot be compared with them. */
  readonly checkpoint: number;
}

/** What an index is asked for. */
export interface IndexQuery {
  /** `[dim]` */
  readonly vector: readonly number[];
  readonly k: number;
  /** An SQL condition, such as `label = 'cat'`; null for all. */
  readonly where: string | null;
}

/**
 * What an index has that is most like a vector, most similar first. Arrays: those of small files, see {@link FilesHead}.
 */
export interface HitsHead extends FilesHead {
  readonly type: "hits";
  readonly hits: readonly {
    readonly id: string;
    readonly modality: string;
    readonly label: string | null;
    readonly path: string | null;
    readonly split: string | null;
    readonly fields: Fields;
    readonly similarity: number;
    /** The same item in the run's space; null where it is not in it. */
    readonly row: number | null;
  }[];
}

/**
 * Small files. Arrays: `files` uint8, one behind the other, and `ends` uint32 `[files]`, where each ends. Where there is none it
 * is empty, and so is its media type.
 */
export interface FilesHead {
  /** Such as `image/webp`, `text/plain` or `audio/wav`. */
  readonly mediaTypes: readonly string[];
}

/**
 * What rows are shown by. Arrays: `pixels` uint8 `[rows, channels, height, width]` of those that are shown by pixels, and those
 * of {@link FilesHead} of the others, each in the order of the rows.
 */
export interface PreviewsPart extends FilesHead {
  /** Of the pixels; null where no row is shown by such. */
  readonly picture: PictureSize | null;
  /** Of each row whether it is shown by a file; null where all are shown by pixels. */
  readonly inFiles: readonly boolean[] | null;
}

/** What is asked that the page cannot embed itself. */
export interface EmbedQuestion {
  /** One of {@link RunInfo.modalities}. */
  readonly modality: string;
  /** By epoch; null for the default. */
  readonly checkpoint: number | null;
  /** Text as `text/plain` in UTF-8, or a file. At most {@link mostQueryBytes}. */
  readonly content: Blob;
}

/** Where a run's tower puts what was asked. Arrays: `embedding` float32 `[dim]`, and those of {@link FilesHead}: the one file shows what the tower took. */
export interface EmbeddedHead extends FilesHead {
  readonly type: "embedded";
  /** What was left out of it, one line such as `only its first 256 characters were read`; null for nothing. */
  readonly note: string | null;
}

/** Results that may be asked for at once. */
export const mostHits = 200;

/** Of the rows in the order asked for, at most {@link mostPreviews}. */
export interface PreviewsHead extends PreviewsPart {
  readonly type: "previews";
  readonly count: number;
  /** Where each is in its data set, in the same order; null where they are in no files. */
  readonly paths: readonly string[] | null;
}

/** Bytes of what `Backend.embedQuery` is asked. */
export const mostQueryBytes = 10 * 2 ** 20;
/** Rows whose previews may be asked for at once. */
export const mostPreviews = 1024;
