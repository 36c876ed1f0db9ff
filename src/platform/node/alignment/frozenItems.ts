import { crc32 } from "../../../base/index.ts";
import type { ItemModality, ItemTable } from "../../../data/index.ts";
import type { Sound } from "../../../modality/audio/index.ts";
import type { ImageColumn } from "../../../modality/image/index.ts";
import { normalizeText } from "../../../modality/text/index.ts";
import { readFileOrExplain } from "../files/files.ts";
import { sha256Of } from "../files/sha256.ts";
import { type FrozenValue, frozenEmbeddings, type ItemEmbeddings } from "./frozenEmbeddings.ts";
import type { FrozenOptions, FrozenTower } from "./frozenTower.ts";

/** What of the items has been decoded: what cannot be is not embedded either. */
export interface DecodedItems {
  readonly images: ImageColumn | null;
  readonly sounds: readonly (readonly Sound[])[] | null;
}

/**
 * What frozen towers make of a table's items: of pictures as their files have them, of every text and every recording.
 *
 * @throws InputError naming a value that cannot be embedded.
 * @throws AbortedError when stopped by `signal`.
 */
export async function embedItems(
  { items }: ItemTable,
  towers: Iterable<FrozenTower>,
  { images, sounds }: DecodedItems,
  options: Pick<FrozenOptions, "signal" | "onCut"> & {
    readonly onFiles?: (what: string, done: number, total: number) => void;
  },
): Promise<ReadonlyMap<ItemModality, ItemEmbeddings>> {
  const embedded = new Map<ItemModality, ItemEmbeddings>();
  const sums = new Map<string, string>();
  for (const tower of towers) {
    const { modality } = tower;
    const values: FrozenValue[][] = [];
    for (const [row, { image, texts }] of items.entries()) {
      if (modality === "image") {
        const file = image && images?.has(row) ? image.file : null;
        if (file !== null && !sums.has(file)) sums.set(file, sha256Of(await readFileOrExplain(file)));
        values.push(file === null ? [] : [{ value: file, key: sums.get(file)! }]);
      } else if (modality === "text") {
        const some = texts.filter((text) => normalizeText(text) !== "");
        values.push(some.map((text) => ({ value: text, key: text })));
      } else {
        values.push((sounds?.[row] ?? []).map((sound) => ({ value: sound, key: keyOf(sound) })));
      }
    }
    const { signal, onCut, onFiles } = options;
    embedded.set(
      modality,
      await frozenEmbeddings(tower, values, {
        ...(signal ? { signal } : {}),
        ...(onCut ? { onCut } : {}),
        onProgress: (done, total) =>
          onFiles?.(`embedding by the ${modality} tower, which stays as it is`, done, total),
      }),
    );
  }
  return embedded;
}

function keyOf({ samples, sampleRate }: Sound): string {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return `${sampleRate}-${samples.length}-${crc32(bytes).toString(16)}`;
}
