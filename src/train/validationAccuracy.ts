import { KindredError } from "../base/index.ts";
import { type ImageDataset, takeFirst } from "../data/index.ts";
import {
  nearestNeighbours,
  normalizeRows,
  plainSimilarityBlocks,
  queriesWithoutReferences,
  rankingMetrics,
} from "../evaluation/index.ts";
import type { Store } from "../runtime/index.ts";
import type { Embedder } from "./embed.ts";

/** Training images that a validation image's neighbour is looked for among: a tenth of an epoch's time to embed. */
const mostReferences = 10_000;

export interface ValidationAccuracy {
  /** 0 where no training image has the label of any validation image. */
  readonly knn1: number;
  /** Null where it was not asked for, or no training image has the label of any validation image. */
  readonly mapAtR: number | null;
  readonly references: number;
}

/**
 * 1-NN accuracy by cosine similarity: the share of validation images whose nearest image, among the first
 * 10,000 training images, has their label; those whose label none of these has are left out. `kindred eval` takes all of them; this is for watching.
 * With `ranks`, also the MAP@R of the same search, at a few times the cost of comparing.
 *
 * @throws KindredError when an embedding is not finite, as after a learning rate that was too high.
 */
export async function nearestNeighbourAccuracy(
  embedder: Embedder,
  store: Store,
  validation: ImageDataset,
  training: ImageDataset,
  ranks = false,
): Promise<ValidationAccuracy> {
  const references = takeFirst(training, mostReferences);
  const queryRows = await embedder.embed(validation, store);
  const referenceRows = await embedder.embed(references, store);
  for (const rows of [queryRows, referenceRows]) requireFinite(rows);
  const dim = queryRows.length / validation.count;
  const blocks = plainSimilarityBlocks(
    normalizeRows(queryRows, validation.count, dim),
    normalizeRows(referenceRows, references.count, dim),
    dim,
  );
  if (ranks) {
    const { knn1, mapAtR } = await rankingMetrics(blocks, validation.labels, references.labels);
    const answered = !Number.isNaN(mapAtR);
    return {
      knn1: answered ? knn1 : 0,
      mapAtR: answered ? mapAtR : null,
      references: references.count,
    };
  }
  const { indices } = await nearestNeighbours(blocks, validation.count, references.count, 1);
  let hits = 0;
  for (const [query, neighbour] of indices.entries()) {
    if (references.labels[neighbour] === validation.labels[query]) hits++;
  }
  const without = queriesWithoutReferences(validation.labels, references.labels).length;
  return {
    knn1: hits === 0 ? 0 : hits / (validation.count - without),
    mapAtR: null,
    references: references.count,
  };
}

function requireFinite(embeddings: Float32Array): void {
  const wrong = embeddings.find((value) => !Number.isFinite(value));
  if (wrong === undefined) return;
  throw new KindredError(
    `the training diverged, embeddings became ${wrong}: lower the learning rate (--lr), or begin with other weights where --init was given`,
  );
}
