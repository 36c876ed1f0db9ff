import { Rng } from "../../../base/index.ts";
import type { IndexedItem, IndexInfo } from "../../../retrieval/index.ts";

export const dim = 8;

export const info: IndexInfo = {
  format: 2,
  fingerprint: "a".repeat(64),
  dim,
  metric: "cosine",
  modalities: [{ modality: "image", encoder: "compact", inputShape: [1, 12, 12], preprocessing: null }],
  run: { relative: "run", absolute: "/runs/run", epoch: 0 },
  kindred: "0.0.0",
  made: "2026-11-25T00:00:00.000Z",
};

/** `count` pictures with ids from `first` on: vectors drawn by seed, labels cat, dog and none in turn. */
export function drawnPictures(count: number, first = 0, seed = 1): IndexedItem[] {
  return Array.from({ length: count }, (_, i) => {
    const rng = Rng.of(seed, "vector", first + i);
    return {
      id: `p${first + i}`,
      modality: "image",
      label: ["cat", "dog", null][(first + i) % 3]!,
      path: `p${first + i}.png`,
      split: null,
      hash: `h${first + i}`,
      vector: Float32Array.from({ length: dim }, () => rng.normal()),
      fields: {},
      preview: i % 2 === 0 ? { mediaType: "image/png", bytes: Uint8Array.of(i % 256, 1) } : null,
    };
  });
}

/** Pictures in parts, as they come from an encoder. */
export async function* inParts(
  pictures: readonly IndexedItem[],
  size = 100,
): AsyncGenerator<readonly IndexedItem[]> {
  for (let start = 0; start < pictures.length; start += size) yield pictures.slice(start, start + size);
}

/** Ids of the k pictures of the greatest cosine, by plain loops in float64. */
export function bruteForce(
  pictures: readonly IndexedItem[],
  query: Float32Array,
  k: number,
): { id: string; similarity: number }[] {
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const length = (a: Float32Array): number => Math.sqrt(dot(a, a));
  return pictures
    .map(({ id, vector }) => ({ id, similarity: dot(vector, query) / (length(vector) * length(query)) }))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, k);
}
