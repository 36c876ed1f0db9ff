import { crc32 } from "../base/index.ts";
import type { ImageDataset } from "./dataset.ts";

/** A short name for a data set's content: its shape and a CRC-32 of labels and pixels. Changed data has another. */
export function fingerprint({ count, channels, height, width, labels, pixels }: ImageDataset): string {
  const labelBytes = new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength);
  const checksum = crc32(pixels, crc32(labelBytes)).toString(16).padStart(8, "0");
  return `${[count, channels, height, width].join("x")}-${checksum}`;
}
