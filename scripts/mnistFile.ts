/**
 * Writes a data set as the one compact file that a page fetches (`loadDatasetFile` of `kindred/web`).
 *
 *   node scripts/mnistFile.ts [path] [data] [limit]     default: data/mnist.kindred mnist, all of it
 */

import { InputError } from "../src/base/index.ts";
import { loadDataset } from "../src/platform/node/datasets/datasets.ts";
import { writeFileAtomic } from "../src/platform/node/files/files.ts";
import { encodeDataset } from "../src/platform/web/datasetFormat.ts";

async function main(path = "data/mnist.kindred", source = "mnist", limit?: string): Promise<void> {
  const dataset = await loadDataset(source, limit === undefined ? {} : { limit: Number(limit) });
  const bytes = await encodeDataset(dataset);
  await writeFileAtomic(path, bytes);
  process.stderr.write(
    `wrote ${dataset.count} pictures of ${dataset.name}, ${(bytes.length / 1e6).toFixed(1)} MB, to ${path}\n`,
  );
}

try {
  await main(...process.argv.slice(2));
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
}
