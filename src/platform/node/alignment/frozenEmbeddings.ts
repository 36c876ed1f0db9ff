import { join } from "node:path";
import { InputError } from "../../../base/index.ts";
import { writeStreamAtomic } from "../files/files.ts";
import { writeNpy } from "../files/npy.ts";
import { keptFloatNpy } from "../files/npyReader.ts";
import { sha256Of } from "../files/sha256.ts";
import { cacheFolder } from "../pictures/cache/cacheFolder.ts";
import { filesAsEntries, makeRoom, markUsed } from "../pictures/cache/cacheRoom.ts";
import type { FrozenOptions, FrozenTower } from "./frozenTower.ts";

/** A value that a frozen tower embeds. */
export interface FrozenValue {
  readonly value: unknown;
  /** Names its content: values of one key have one embedding. */
  readonly key: string;
}

/** What a frozen tower makes of the values of each item. */
export interface ItemEmbeddings {
  readonly dim: number;
  /** `[items][values]`, each `[dim]`. */
  readonly embeddings: readonly (readonly Float32Array[])[];
  /** Names the tower and the values of these items. */
  fingerprint(items: Uint32Array): string;
}

/**
 * Embeds the values of items by a frozen tower, each different one once. The embeddings are kept in the cache folder, under a name that
 * tower and values determine.
 *
 * @throws InputError naming a value that cannot be embedded, or when the cache cannot be written.
 * @throws AbortedError when stopped by `signal`.
 */
export async function frozenEmbeddings(
  tower: Pick<FrozenTower, "dim" | "fingerprint" | "modality" | "embed">,
  items: readonly (readonly FrozenValue[])[],
  options: FrozenOptions = {},
): Promise<ItemEmbeddings> {
  const { dim, fingerprint, modality } = tower;
  const values = new Map(items.flat().map(({ key, value }) => [key, value]));
  const keys = [...values.keys()];
  const shape = [keys.length, dim] as const;
  const folder = join(cacheFolder(), "embeddings");
  const file = join(folder, `${sha256Of(JSON.stringify([fingerprint, keys]))}.npy`);
  let made = await keptFloatNpy(file, shape);
  if (made) await markUsed(file);
  else {
    const vectors = await tower.embed([...values.values()], options);
    const bad = vectors.findIndex((vector) => !vector.every(Number.isFinite));
    if (bad >= 0) {
      throw new InputError(
        `the ${modality} tower makes embeddings that are not finite, of ${modality} ${bad} (counted from 0): take another one`,
      );
    }
    made = new Float32Array(keys.length * dim);
    for (const [at, vector] of vectors.entries()) made.set(vector, at * dim);
    const written = made;
    await writeStreamAtomic(file, (append) => writeNpy(append, written, shape));
    await makeRoom(await filesAsEntries(folder), new Set([file]));
  }
  const all = made;
  const places = new Map(keys.map((key, at) => [key, at]));
  return {
    dim,
    embeddings: items.map((ofItem) =>
      ofItem.map(({ key }) => {
        const at = places.get(key)!;
        return all.subarray(at * dim, (at + 1) * dim);
      }),
    ),
    fingerprint: (rows) =>
      sha256Of(
        JSON.stringify([fingerprint, Array.from(rows, (row) => items[row]!.map(({ key }) => key))]),
      ).slice(0, 16),
  };
}
