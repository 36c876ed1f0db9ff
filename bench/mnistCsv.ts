import { encodeCsvHeader, encodeCsvRows, type ImageDataset } from "../src/index.ts";
import { writeStreamAtomic } from "../src/platform/node/files/files.ts";

/** Writes pictures as a CSV like the Digit Recognizer's `train.csv`. */
export async function writeMnistCsv(path: string, dataset: ImageDataset): Promise<void> {
  await writeStreamAtomic(path, async (append) => {
    await append(encodeCsvHeader(dataset));
    for (let row = 0; row < dataset.count; row += 1000) {
      await append(encodeCsvRows(dataset, row, Math.min(row + 1000, dataset.count)));
    }
  });
}
