import { InputError } from "../../../base/index.ts";
import type { ImageDataset } from "../imageDataset.ts";

/** The bytes of a file and the name that messages give it. */
export interface NamedBytes {
  readonly file: string;
  readonly bytes: Uint8Array;
}

const kinds = {
  images: { magic: 0x0803, rank: 3, what: "IDX images (unsigned bytes, 3 axes)" },
  labels: { magic: 0x0801, rank: 1, what: "IDX labels (unsigned bytes, 1 axis)" },
};

/**
 * Images and labels from a pair of IDX files, the form of MNIST.
 *
 * An IDX file is a magic number (two zero bytes, 8 for unsigned bytes, the number of axes), the extent of each axis
 * as a big-endian 32-bit integer, and the values. The pixels are a view on the given bytes.
 *
 * @param labels null where there are none
 * @throws InputError when a file is truncated, too long, of another kind, or the two disagree in their count.
 * @see http://yann.lecun.com/exdb/mnist/
 */
export function parseIdx(name: string, images: NamedBytes, labels: NamedBytes | null): ImageDataset {
  const [[count, height, width], pixels] = parseFile(images, "images");
  const shape = { name, count: count!, channels: 1, height: height!, width: width!, pixels };
  if (labels === null) return { ...shape, labels: new Int32Array(count!), labelled: false };
  const [[labelCount], labelBytes] = parseFile(labels, "labels");
  if (count !== labelCount) {
    throw new InputError(
      `${images.file} holds ${count} images but ${labels.file} holds ${labelCount} labels, expected equal counts: give files that belong together`,
    );
  }
  return { ...shape, labels: Int32Array.from(labelBytes) };
}

/**
 * How many bytes an IDX file has, as its beginning says; null where that is too short to tell, 0 where it is no IDX file of
 * images or labels.
 */
export function idxLength(start: Uint8Array): number | null {
  if (start.length < 4) return null;
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const kind = Object.values(kinds).find(({ magic }) => magic === view.getUint32(0));
  if (!kind) return 0;
  const headerLength = 4 + 4 * kind.rank;
  if (start.length < headerLength) return null;
  let length = 1;
  for (let axis = 0; axis < kind.rank; axis++) length *= view.getUint32(4 + 4 * axis);
  return headerLength + length;
}

function parseFile({ file, bytes }: NamedBytes, expected: keyof typeof kinds): [number[], Uint8Array] {
  const { magic, rank, what } = kinds[expected];
  const headerLength = 4 + 4 * rank;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = bytes.length >= 4 ? view.getUint32(0) : undefined;
  if (found !== undefined && found !== magic) {
    const other = Object.entries(kinds).find(([, kind]) => kind.magic === found);
    const hint = other ? `, which is that of IDX ${other[0]}: the file is mislabelled` : "";
    throw new InputError(`${file} begins with 0x${hex(found)}${hint}, expected 0x${hex(magic)} for ${what}`);
  }
  if (bytes.length < headerLength) {
    throw new InputError(
      `${file} is truncated: ${bytes.length} bytes, expected a header of ${headerLength} for ${what}`,
    );
  }
  const extents = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (extents.some((extent) => extent === 0)) {
    throw new InputError(
      `${file} holds no ${expected}: its extents are ${extents.join(" x ")}, expected 1 or more`,
    );
  }
  const length = extents.reduce((product, extent) => product * extent, 1);
  const present = bytes.length - headerLength;
  if (present !== length) {
    const fault = present < length ? "is truncated" : `has ${present - length} bytes too many`;
    throw new InputError(
      `${file} ${fault}: ${present} bytes after the header, expected ${length} for its ${extents.join(" x ")} ${expected}`,
    );
  }
  return [extents, bytes.subarray(headerLength)];
}

function hex(magic: number): string {
  return magic.toString(16).padStart(8, "0");
}
