const table = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let word = byte;
  for (let bit = 0; bit < 8; bit++) word = word & 1 ? (word >>> 1) ^ 0xedb88320 : word >>> 1;
  table[byte] = word;
}

/** The CRC-32 of zip and PNG, from 0 to 2^32 - 1; `before` continues the checksum of earlier bytes. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let word = ~before;
  for (let i = 0; i < bytes.length; i++) word = (word >>> 8) ^ table[(word ^ bytes[i]!) & 255]!;
  return ~word >>> 0;
}
