import { columnOf, GroupedSampler } from "../data/index.ts";
import { nearestNeighbours, plainSimilarityBlocks } from "../evaluation/index.ts";
import type { TrainedSoFar } from "../train/index.ts";
import { type AlignedPair, type Groups, pairedRows } from "./pairs.ts";

/** Validation rows that are looked at, at most: their embedding and a thousand queries take some tenths of a second. */
const mostRows = 1000;

/** Embeddings of one modality of the rows that have it. */
interface Embedded {
  readonly embeddings: Float32Array;
  readonly dim: number;
  /** Of each embedding. */
  readonly groups: Int32Array;
}

/**
 * R@1 of the validation rows: for each pair and both directions, the share of rows whose most similar row in the other modality
 * is of their group; the mean over the directions. Rows that have nothing to find are left out, and within one modality so is
 * the row itself. Of more than 1,000 rows, so many are drawn by the seed, the same ones each time.
 *
 * @returns null where no row has anything to find
 */
export async function alignedRecall(
  { validation, seed, embed }: TrainedSoFar,
  pairs: readonly AlignedPair[],
  { groups: groupsOf, perItem }: { readonly groups: Groups; readonly perItem: number },
): Promise<number | null> {
  if (validation.count === 0) return null;
  const groups = groupsOf(validation);
  const paired = pairedRows(validation, groups, pairs);
  if (paired.length === 0) return null;
  const ofPaired = Int32Array.from(paired, (row) => groups[row]!);
  const places = new GroupedSampler(ofPaired, { batchSize: mostRows, perItem, seed }).epochBatches(0);
  const rows = places
    .subarray(0, mostRows)
    .map((place) => paired[place]!)
    .sort();
  const embedded = new Map<string, Embedded>();
  for (const modality of new Set(pairs.flatMap(({ between }) => between))) {
    const column = columnOf(validation, modality);
    const there = rows.filter((row) => column.has(row));
    const embeddings = await embed(column, { rows: there });
    const ofGroups = Int32Array.from(there, (row) => groups[row]!);
    embedded.set(modality, { embeddings, dim: embeddings.length / there.length, groups: ofGroups });
  }
  const recalls: number[] = [];
  for (const { between } of pairs) {
    const [a, b] = between.map((modality) => embedded.get(modality)!) as [Embedded, Embedded];
    for (const [from, to] of a === b
      ? ([[a, a]] as const)
      : ([
          [a, b],
          [b, a],
        ] as const)) {
      const recall = await recallAt1(from, to);
      if (recall !== null) recalls.push(recall);
    }
  }
  return recalls.length === 0 ? null : recalls.reduce((sum, recall) => sum + recall) / recalls.length;
}

async function recallAt1(from: Embedded, to: Embedded): Promise<number | null> {
  const within = from === to;
  const counts = new Map<number, number>();
  for (const group of to.groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  const asked = Array.from(from.groups, (group) => (counts.get(group) ?? 0) > (within ? 1 : 0));
  const queries = asked.filter((each) => each).length;
  if (queries === 0) return null;
  const blocks = plainSimilarityBlocks(from.embeddings, to.embeddings, to.dim);
  const self = within ? { selfIndex: (query: number) => query } : {};
  const { indices } = await nearestNeighbours(blocks, from.groups.length, to.groups.length, 1, self);
  let hits = 0;
  for (const [query, found] of indices.entries()) {
    if (asked[query] && to.groups[found] === from.groups[query]) hits++;
  }
  return hits / queries;
}
