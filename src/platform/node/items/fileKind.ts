import { open } from "node:fs/promises";
import { extname } from "node:path";
import type { FileKind } from "../../../data/items/itemColumns.ts";
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
  if (pictureFormat(bytes)) return "image";
  return isSound(bytes) ? "audio" : null;
}

/** The beginnings of WAV, FLAC, OGG, MP3 with and without a tag, AAC, M4A and WebM. */
function isSound(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  if (["fLaC", "OggS", "ID3", "\x1aE\xdf\xa3"].some((beginning) => text.startsWith(beginning))) return true;
  const [container, inside] = [text.slice(0, 4), text.slice(8, 12)];
  if (/^(?:RIFF|RF64)$/.test(container) && inside === "WAVE") return true;
  if (container === "FORM" && inside.startsWith("AIF")) return true;
  if (text.slice(4, 8) === "ftyp" && /^(?:M4[AB] |isom|iso2|mp4.|dash)$/.test(inside)) return true;
  // Eleven ones begin a frame of MPEG, of a version, a rate and a bit rate that there are.
  const [first = 0, second = 0, third = 0] = bytes;
  const isFrame = first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x18) !== 0x08;
  return isFrame && third >> 4 !== 15 && (third & 0x0c) !== 0x0c;
}
