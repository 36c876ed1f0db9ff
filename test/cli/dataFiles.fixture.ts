import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  encodeCsvHeader,
  encodeCsvRows,
  type ImageDataset,
  sliceImages,
} from "../../src/modality/image/index.ts";
import { loadDataset } from "../../src/platform/node/datasets/datasets.ts";

/** The first MNIST pictures. */
export function mnist(count: number): Promise<ImageDataset> {
  return loadDataset("mnist", { limit: count });
}

/** The middle `size` x `size` pixels of each picture: small ones train fast. */
export function cropped(dataset: ImageDataset, size: number): ImageDataset {
  const { count, height, width } = dataset;
  const pixels = new Uint8Array(count * size * size);
  const [top, left] = [(height - size) >> 1, (width - size) >> 1];
  for (let image = 0; image < count; image++) {
    for (let y = 0; y < size; y++) {
      const start = (image * height + top + y) * width + left;
      pixels.set(dataset.pixels.subarray(start, start + size), (image * size + y) * size);
    }
  }
  return { ...dataset, height: size, width: size, pixels };
}

/** The text of a CSV in Kaggle's form. */
export function csvText(dataset: ImageDataset): string {
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return decode(encodeCsvHeader(dataset)) + decode(encodeCsvRows(dataset, 0, dataset.count));
}

export async function writeCsv(path: string, dataset: ImageDataset): Promise<void> {
  await writeFile(path, csvText(dataset));
}

function idx(extents: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * extents.length);
  header.writeUInt32BE(0x0800 + extents.length, 0);
  for (const [axis, extent] of extents.entries()) header.writeUInt32BE(extent, 4 + 4 * axis);
  return Buffer.concat([header, values]);
}

/** The bytes of a data set's pair of IDX files. */
export function idxBytes(dataset: ImageDataset): { images: Buffer; labels: Buffer } {
  const { count, height, width, pixels, labels } = dataset;
  return { images: idx([count, height, width], pixels), labels: idx([count], Uint8Array.from(labels)) };
}

/** A folder with MNIST's four IDX files: `train` and `test` pictures. */
export async function writeIdxFolder(
  folder: string,
  { train, test }: { readonly train: ImageDataset; readonly test: ImageDataset },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [prefix, dataset] of [
    ["train", train],
    ["t10k", test],
  ] as const) {
    const { images, labels } = idxBytes(dataset);
    await writeFile(join(folder, `${prefix}-images-idx3-ubyte`), images);
    await writeFile(join(folder, `${prefix}-labels-idx1-ubyte`), labels);
  }
}

/** `dataset` cut at `train` pictures, the rest being the test pictures. */
export function split(dataset: ImageDataset, train: number): { train: ImageDataset; test: ImageDataset } {
  return {
    train: sliceImages(dataset, 0, train),
    test: sliceImages(dataset, train, dataset.count),
  };
}
