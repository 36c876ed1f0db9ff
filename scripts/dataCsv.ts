/**
 * Writes MNIST's first 42,000 training pictures in the form of Kaggle's digit recognizer, for whoever wants that file
 * without an account there.
 *
 *   node scripts/dataCsv.ts [path]     default: data/digit-recognizer/train.csv
 */

import { InputError } from "../src/base/index.ts";
import { encodeCsvHeader, encodeCsvRows } from "../src/modality/image/index.ts";
import { loadDataset } from "../src/platform/node/datasets/datasets.ts";
import { writeStreamAtomic } from "../src/platform/node/files/files.ts";

const rowsPerWrite = 1000;

async function main(path: string): Promise<void> {
  const dataset = await loadDataset("mnist");
  try {
    await writeStreamAtomic(path, async (append) => {
      await append(encodeCsvHeader(dataset));
      for (let row = 0; row < dataset.count; row += rowsPerWrite) {
        const end = Math.min(row + rowsPerWrite, dataset.count);
        await append(encodeCsvRows(dataset, row, end));
        if (process.stderr.isTTY) process.stderr.write(`\r${path}: ${end} of ${dataset.count} rows`);
      }
    });
  } finally {
    if (process.stderr.isTTY) process.stderr.write("\n");
  }
  process.stderr.write(`wrote ${dataset.count} rows to ${path}\n`);
}

try {
  await main(process.argv[2] ?? "data/digit-recognizer/train.csv");
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
}
