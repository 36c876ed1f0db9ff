import { join } from "node:path";
import { AbortedError, InputError, KindredError, type Shape } from "../../../base/index.ts";
import { fingerprint, gatherImages, type ImageDataset } from "../../../modality/image/index.ts";
import type { Encoder, TrunkChoice } from "../../../nn/index.ts";
import { writeStreamAtomic } from "../files/files.ts";
import { writeNpy } from "../files/npy.ts";
import { keptFloatNpy } from "../files/npyReader.ts";
import { sha256Of } from "../files/sha256.ts";
import { ModelSession } from "../ort/modelSession.ts";
import { cacheFolder } from "../pictures/cache/cacheFolder.ts";
import { filesAsEntries, makeRoom, markUsed } from "../pictures/cache/cacheRoom.ts";

/** Pictures at a time where the trunk takes any number. */
const batchSize = 16;

export interface TrunkFeaturesOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * A data set with what the encoder's trunk makes of each picture, where the encoder has a trunk; else as it is. Features
 * are computed once, on a thread of their own, and kept in the cache folder under a name that trunk, pictures and use of
 * the trunk determine.
 *
 * @throws InputError when the pictures are not of the trunk's size, or the cache cannot be written.
 */
export async function withTrunkFeatures(
  encoder: Encoder,
  dataset: ImageDataset,
  options: TrunkFeaturesOptions = {},
): Promise<ImageDataset> {
  const { trunk } = encoder;
  if (!trunk || dataset.features || dataset.count === 0) return dataset;
  const key = sha256Of(cacheKey(trunk, encoder.inputShape, dataset));
  const folder = join(cacheFolder(), "features");
  const file = join(folder, `${key}.npy`);
  const shape = [dataset.count, trunk.features] as const;
  const kept = await keptFloatNpy(file, shape);
  if (kept) {
    await markUsed(file);
    return { ...dataset, features: kept };
  }
  const { model } = trunk;
  if (!model) throw new KindredError("the encoder's trunk has not been read, so it makes no features");
  const features = await computed(encoder, model, dataset, options);
  await writeStreamAtomic(file, (append) => writeNpy(append, features, shape));
  await makeRoom(await filesAsEntries(folder), new Set([file]));
  return { ...dataset, features };
}

/** What features depend on, in an order of its own: a configuration that was read has its keys in another. */
function cacheKey(trunk: TrunkChoice, picture: Shape, dataset: ImageDataset): string {
  const { sha256, input, output, dtype, pool, mean, std, channels = picture[0] } = trunk;
  const use = [sha256, input, output, dtype, pool, mean, std, picture, fingerprint(dataset)];
  return JSON.stringify(channels === picture[0] ? use : [...use, channels]);
}

async function computed(
  { trunk, inputShape }: Encoder,
  model: Uint8Array,
  dataset: ImageDataset,
  { onProgress, signal }: TrunkFeaturesOptions,
): Promise<Float32Array> {
  const { count } = dataset;
  const each = trunk!.features;
  const size = trunk!.batch ?? batchSize;
  const features = new Float32Array(count * each);
  const session = await ModelSession.open(model, "the trunk", ["features"]);
  try {
    for (let start = 0; start < count; start += size) {
      if (signal?.aborted) throw new AbortedError("making features was stopped");
      const rows = Uint32Array.from({ length: size }, (_, i) => Math.min(start + i, count - 1));
      const images = {
        dtype: "float32",
        shape: [size, ...inputShape],
        data: gatherImages(dataset, rows),
      } as const;
      const { features: made } = await session.run({ images });
      const filled = Math.min(size, count - start);
      features.set((made!.data as Float32Array).subarray(0, filled * each), start * each);
      onProgress?.(start + filled, count);
    }
  } finally {
    await session.dispose();
  }
  const at = features.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return features;
  throw new InputError(
    `the trunk makes ${features[at]} of picture ${Math.floor(at / each)} (counted from 0), expected finite numbers`,
  );
}
