import type { Preview } from "../data/column.ts";
import type { PictureSize } from "../modality/image/fit/thumbnails.ts";
import type { FilesHead, PreviewsPart } from "./itemsProtocol.ts";
import type { Message } from "./message.ts";

/** A row as it is shown: pixels `[channels, height, width]`, or a small file; null where there is nothing to show. */
export type ItemPreview = { readonly pixels: Uint8Array; readonly picture: PictureSize } | Preview | null;

/** Small files as a message carries them, see `FilesHead`. */
export function packedFiles(files: readonly (Preview | null)[]): {
  readonly head: FilesHead;
  readonly arrays: { readonly files: Uint8Array; readonly ends: Uint32Array };
} {
  const bytes = new Uint8Array(files.reduce((sum, file) => sum + (file?.bytes.length ?? 0), 0));
  const ends = new Uint32Array(files.length);
  let end = 0;
  for (const [i, file] of files.entries()) {
    if (file) bytes.set(file.bytes, end);
    end += file?.bytes.length ?? 0;
    ends[i] = end;
  }
  return {
    head: { mediaTypes: files.map((file) => file?.mediaType ?? "") },
    arrays: { files: bytes, ends },
  };
}

/** The small files of a message, null for those that are empty. */
export function filesOf({ mediaTypes }: FilesHead, { files, ends }: Message["arrays"]): (Preview | null)[] {
  return mediaTypes.map((mediaType, i) => {
    const from = ends?.[i - 1] ?? 0;
    const to = ends?.[i] ?? 0;
    return files instanceof Uint8Array && to > from ? { mediaType, bytes: files.slice(from, to) } : null;
  });
}

/** What the rows of a message are shown by, in their order. */
export function previewsOf(head: PreviewsPart, arrays: Message["arrays"]): ItemPreview[] {
  const { picture, inFiles } = head;
  const size = picture ? picture.width * picture.height * picture.channels : 1;
  const pixels = arrays.pixels instanceof Uint8Array ? arrays.pixels : new Uint8Array(0);
  const files = filesOf(head, arrays);
  const count = inFiles?.length ?? pixels.length / size;
  let [atFile, atPixels] = [0, 0];
  return Array.from({ length: count }, (_, row) => {
    if (inFiles?.[row]) return files[atFile++] ?? null;
    const from = size * atPixels++;
    return picture && { picture, pixels: pixels.slice(from, from + size) };
  });
}
