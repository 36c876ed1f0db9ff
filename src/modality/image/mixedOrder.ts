import { Rng } from "../../base/index.ts";
import { classCounts } from "../../data/dataset.ts";
import { type ImageDataset, pickImages } from "./imageDataset.ts";

/** In which order the rows of an array are taken: as its file has them, or {@link mixedRows mixed}. */
export const rowOrders = ["source", "mixed"] as const;
export type RowOrder = (typeof rowOrders)[number];

/**
 * The rows in an order in which every stretch, such as the first or the last `n`, holds about the share of each class that
 * all of them hold. So no class is missing from the rows that are kept for validation, however the rows were sorted.
 *
 * The rows of a class are put in order by lot; the row at place `p` (from 0) of a class of `m` rows then comes at the share
 * `(p + 1/2) / m` of the whole, and the lot decides between rows at equal shares. Without classes the order is by lot alone.
 *
 * @param labels `[count]`
 * @param seed the same seed and labels give the same order
 * @returns `[count]`, the rows
 */
export function mixedRows(labels: Int32Array, seed: number): Uint32Array {
  const byLot = Rng.of(seed, "mixed").permutation(labels.length);
  const sizes = classCounts(labels);
  const places = new Map<number, number>();
  const shares = new Float64Array(labels.length);
  for (const row of byLot) {
    const label = labels[row]!;
    const place = places.get(label) ?? 0;
    places.set(label, place + 1);
    shares[row] = (place + 0.5) / sizes.get(label)!;
  }
  // The sort is stable: rows at equal shares stay as the lot has them.
  return byLot.sort((a, b) => shares[a]! - shares[b]!);
}

/** The first `limit` rows of a data set in {@link mixedRows mixed order}, copied, or all of them. */
export function mixed(dataset: ImageDataset, seed: number, limit: number = dataset.count): ImageDataset {
  const rows = mixedRows(dataset.labels, seed).subarray(0, limit);
  const picked = pickImages(dataset, rows);
  return { ...picked, rows: picked.rows ?? rows };
}
