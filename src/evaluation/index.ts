export * from "./evaluate.ts";
export { type Labels, labelsWithoutReferences } from "./labels.ts";
export * from "./nearestNeighbours.ts";
export * from "./pairSimilarity.ts";
export * from "./plainSimilarity.ts";
export * from "./ranking.ts";
export * from "./silhouette.ts";
export { blockRows, normalizeRows, type SimilarityBlocks } from "./similarity.ts";
export type { RowOptions } from "./similarityRows.ts";
