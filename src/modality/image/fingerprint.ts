import { crc32 } from "../../base/index.ts";
import type { ImageDataset } from "./imageDataset.ts";

/** A short name for a data set's content: its shape and a CRC-32 of labels and pixels. Changed data has another. */
export function fingerprint(dataset: ImageDataset): string {
  const { count, channels, height, width, labels, pixels, pixelsChecksum } = dataset;
  const labelBytes = new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength);
  // Pixels that were summed already, as those of a cache of pictures when it was opened, stand for themselves by their sum.
  const ofPixels =
    pixelsChecksum === undefined ? pixels : new TextEncoder().encode(`crc32 ${pixelsChecksum}`);
  const checksum = crc32(ofPixels, crc32(labelBytes)).toString(16).padStart(8, "0");
  return `${[count, channels, height, width].join("x")}-${checksum}`;
}
