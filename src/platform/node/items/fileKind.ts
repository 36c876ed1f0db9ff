import { open } from "node:fs/promises";
import { extname } from "node:path";
import type { FileKind } from "../../../data/items/itemColumns.ts";
import { soundFormOf } from "../../../modality/audio/soundForm.ts";
import { requireDescriptors } from "../pictures/decode/openFiles.ts";
import { pictureFormat, signatureBytes } from "../pictures/decode/pictureFormat.ts";
import { isPictureName } from "../pictures/listing/pictureTree.ts";

/** Endings of files that are meant as recordings, so that one that cannot be read is told of when it is decoded. */
const soundEndings = new Set(
  ".wav .wave .mp3 .flac .ogg .oga .opus .m4a .m4b .aac .webm .weba .aif .aiff .wma .amr".split(" "),
);

/** What a name that ends like a file of this kind is meant as; null for other names. */
export function kindOfName(name: string): FileKind | null {
  if (isPictureName(name)) return "image";
  return soundEndings.has(extname(name).toLowerCase()) ? "audio" : null;
}

/** Whether a file is a picture or a recording, by its name or else by its first bytes; null where it is neither. */
export async function kindOfFile(path: string): Promise<FileKind | null> {
  const named = kindOfName(path);
  if (named) return named;
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(signatureBytes), 0, signatureBytes, 0);
      return kindOfBytes(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    requireDescriptors(error);
    // What may not be read is neither by its name.
    return null;
  }
}

function kindOfBytes(bytes: Uint8Array): FileKind | null {
  // First, as AVIF is in the container of M4A.
  if (pictureFormat(bytes)) return "image";
  return soundFormOf(bytes) ? "audio" : null;
}
