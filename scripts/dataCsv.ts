/**
 * Writes MNIST's first 42,000 training pictures in the form of Kaggle's digit recognizer, for whoever wants that file
 * without an account there.
 *
 *   node scripts/dataCsv.ts [path]     default: data/digit-recognizer/train.csv
 */

import { InputError } from "../src/base/index.ts";
import { digitCsvHeader, digitCsvRows } from "../src/data/csv.ts";
import { loadDataset } from "../src/platform/node/datasets.ts";
import { openAtomicWriter } from "../src/platform/node/files.ts";

const rowsPerWrite = 1000;

async function main(path: string): Promise<void> {
  const dataset = await loadDataset("mnist");
  const writer = await openAtomicWriter(path);
  try {
    await writer.write(digitCsvHeader(dataset));
    for (let row = 0; row < dataset.count; row += rowsPerWrite) {
      const end = Math.min(row + rowsPerWrite, dataset.count);
      await writer.write(digitCsvRows(dataset, row, end));
      if (process.stderr.isTTY) process.stderr.write(`\r${path}: ${end} of ${dataset.count} rows`);
    }
    await writer.commit();
  } finally {
    await writer.abort();
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
