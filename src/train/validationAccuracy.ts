import { type ImageDataset, takeFirst } from "../data/index.ts";
import { nearestNeighbours, normalizeRows, plainSimilarityBlocks } from "../evaluation/index.ts";
import type { Store } from "../runtime/index.ts";
import type { Embedder } from "./embed.ts";

/** Training images that a validation image's neighbour is looked for among: a tenth of an epoch's time to embed. */
const mostReferences = 10_000;

/**
 * 1-NN accuracy by cosine similarity: the share of validation images whose nearest image, among the first
 * 10,000 training images, has their label. `kindred eval` takes all of them; this is for watching.
 */
export async function nearestNeighbourAccuracy(
  embedder: Embedder,
  store: Store,
  validation: ImageDataset,
  training: ImageDataset,
): Promise<{ knn1: number; references: number }> {
  const references = takeFirst(training, mostReferences);
  const queryRows = await embedder.embed(validation, store);
  const referenceRows = await embedder.embed(references, store);
  const dim = queryRows.length / validation.count;
  const blocks = plainSimilarityBlocks(
    normalizeRows(queryRows, validation.count, dim),
    normalizeRows(referenceRows, references.count, dim),
    dim,
  );
  const { indices } = await nearestNeighbours(blocks, validation.count, references.count, 1);
  let hits = 0;
  for (const [query, neighbour] of indices.entries()) {
    if (references.labels[neighbour] === validation.labels[query]) hits++;
  }
  return { knn1: hits / validation.count, references: references.count };
}
