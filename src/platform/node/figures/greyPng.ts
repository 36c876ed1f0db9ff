import { promisify } from "node:util";
import { deflate } from "node:zlib";
import { crc32 } from "../../../base/index.ts";

const compress = promisify(deflate);

/**
 * A PNG image of grey values in 16 levels, two pixels in a byte: each value becomes the nearest multiple of 17, which is
 * at most 8 away. Pictures of digits take half of what they do in 256 levels.
 *
 * @param pixels `[height, width]`, 0 to 255
 * @see https://www.w3.org/TR/png-3/
 */
export async function encodeGreyPng(pixels: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const rowBytes = Math.ceil(width / 2);
  // Each line begins with its filter; none suits flat pictures best.
  const lines = new Uint8Array(height * (rowBytes + 1));
  for (let y = 0; y < height; y++) {
    const line = y * (rowBytes + 1) + 1;
    for (let x = 0; x < width; x++) {
      const level = Math.round(pixels[y * width + x]! / 17);
      lines[line + (x >> 1)]! |= x % 2 === 0 ? level << 4 : level;
    }
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  // Bits of a value; the zeros after it say grey, deflate, adaptive filters, not interlaced.
  header.setUint8(8, 4);
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", await compress(lines, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, "latin1");
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
