import type { Preprocessing } from "../../../../modality/image/index.ts";
import type { PictureProblem } from "../listing/pictureTree.ts";

/** What a thread is asked to do with some files. */
export type PictureWork =
  | { readonly kind: "hash"; readonly files: readonly NamedFile[] }
  | {
      readonly kind: "decode";
      readonly files: readonly HashedFile[];
      readonly preprocessing: Preprocessing;
    };

export interface NamedFile {
  readonly path: string;
  readonly file: string;
}

/** A file and the content that it had when it was looked at. */
export interface HashedFile extends NamedFile {
  readonly hash: string;
}

/** What became of one file. */
export type PictureOutcome =
  | { readonly ok: true; readonly hash: string }
  | { readonly ok: false; readonly reason: PictureProblem["reason"] };

/** What became of the files, in their order. */
export interface PictureWorkDone {
  readonly outcomes: readonly PictureOutcome[];
  /** `[files, channels, size, size]` where they were decoded; of a file that failed, zeros. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}
