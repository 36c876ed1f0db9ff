import type { Append } from "./files.ts";

/** Element types of an `.npy` file, as numpy writes them, and the arrays that hold them. */
const descriptors = { "<f4": Float32Array, "<i4": Int32Array } as const;

/** Bytes handed over at a time. */
const chunkBytes = 2 ** 20;

/**
 * Writes an array as numpy's `.npy`, version 1.0, little-endian, rows first.
 *
 * @param shape its product is the length of `values`
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export async function writeNpy(
  append: Append,
  values: Float32Array | Int32Array,
  shape: readonly number[],
): Promise<void> {
  const type = values instanceof Float32Array ? "<f4" : "<i4";
  await append(npyHeader(type, shape));
  const size = descriptors[type].BYTES_PER_ELEMENT;
  const each = chunkBytes / size;
  for (let start = 0; start < values.length; start += each) {
    const part = values.subarray(start, start + each);
    const bytes = new DataView(new ArrayBuffer(part.length * size));
    for (let i = 0; i < part.length; i++) {
      if (type === "<f4") bytes.setFloat32(i * size, part[i]!, true);
      else bytes.setInt32(i * size, part[i]!, true);
    }
    await append(new Uint8Array(bytes.buffer));
  }
}

function npyHeader(type: keyof typeof descriptors, shape: readonly number[]): Uint8Array {
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${extents}), }`;
  // Magic, version and length take 10 bytes; the data begin at a multiple of 64, for memory-mapping.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 0xff, length >> 8]);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), 10);
  return bytes;
}
