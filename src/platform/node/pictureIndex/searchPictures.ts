import { InputError } from "../../../base/index.ts";
import type { ImageDataset } from "../../../modality/image/index.ts";
import { Embedder } from "../../../train/index.ts";
import { type DeviceName, nodeRuntime } from "../ort/devices.ts";
import { encoderOfIndex } from "./indexedRun.ts";
import type { PictureIndex, SearchHit, SearchOptions } from "./pictureIndex.ts";
import { type QueryPicture, readQueries } from "./queryPictures.ts";
import { makeThumbnails } from "./thumbnails.ts";

/** A picture to search by, with what was found. */
export interface PictureSearch {
  /** The file's path, or the id. */
  readonly query: string;
  readonly label: string | null;
  /** A small WebP or PNG file, of the picture as the encoder saw it. */
  readonly thumbnail: Uint8Array | null;
  readonly hits: readonly SearchHit[];
}

export interface SearchByFilesOptions extends SearchOptions {
  /** The run that made the index, where it is no longer where the index says. */
  readonly run?: string;
  readonly checkpoint?: number;
  readonly device?: DeviceName;
}

/**
 * The pictures most similar to those of files, which are read and embedded as the index's own were.
 *
 * @throws InputError when a file is no picture: then all such files are named; or the run's encoder is not the one that made the index.
 */
export async function searchByFiles(
  index: PictureIndex,
  files: readonly string[],
  options: SearchByFilesOptions = {},
): Promise<PictureSearch[]> {
  const { queries, unreadable } = await readQueries(files, index.info, index.path);
  if (unreadable.length > 0) throw new InputError(unreadable.map(({ reason }) => reason).join("; "));
  return searchByPictures(index, queries, options);
}

/**
 * The pictures most similar to those that were read, see {@link readQueries}.
 *
 * @throws InputError when the run's encoder is not the one that made the index.
 */
export async function searchByPictures(
  index: PictureIndex,
  queries: readonly QueryPicture[],
  options: SearchByFilesOptions = {},
): Promise<PictureSearch[]> {
  const { encoder, weights } = await encoderOfIndex(index, options);
  const { inputShape } = index.info;
  const pictures = queries.map(({ pixels }) => pixels);
  // A wrong filter is told of before the encoder is compiled.
  await index.count(options.where);
  const runtime = await nodeRuntime(options.device === undefined ? {} : { device: options.device });
  try {
    const embedder = await Embedder.fixed(runtime, encoder, weights);
    const vectors = await embedder.embed(sideBySide(pictures, inputShape), null);
    await embedder.dispose();
    const thumbnails = await makeThumbnails(pictures, inputShape);
    const found: PictureSearch[] = [];
    for (const [at, { file: query }] of queries.entries()) {
      const vector = vectors.subarray(at * encoder.dim, (at + 1) * encoder.dim);
      const hits = await index.search(vector, options);
      found.push({ query, label: null, thumbnail: thumbnails[at]!, hits });
    }
    return found;
  } finally {
    await runtime.dispose();
  }
}

/**
 * The pictures most similar to those of an index, without these themselves.
 *
 * @throws InputError when the index has no picture of an id.
 */
export async function searchByIds(
  index: PictureIndex,
  ids: readonly string[],
  options: SearchOptions = {},
): Promise<PictureSearch[]> {
  const { k = 10 } = options;
  const pictures = new Map((await index.get(ids)).map((picture) => [picture.id, picture]));
  const found: PictureSearch[] = [];
  for (const id of ids) {
    const picture = pictures.get(id);
    if (!picture) {
      throw new InputError(
        `${index.path} has no picture of the id ${id}, expected one such as a search shows`,
      );
    }
    const hits = await index.search(picture.vector, { ...options, k: k + 1 });
    const others = hits.filter((hit) => hit.id !== id).slice(0, k);
    found.push({ query: id, label: picture.label, thumbnail: picture.thumbnail, hits: others });
  }
  return found;
}

function sideBySide(
  pictures: readonly Uint8Array[],
  [channels, height, width]: readonly [number, number, number],
): ImageDataset {
  const each = channels * height * width;
  const pixels = new Uint8Array(pictures.length * each);
  for (const [at, picture] of pictures.entries()) pixels.set(picture, at * each);
  const labels = new Int32Array(pictures.length);
  return { name: "the queries", count: pictures.length, channels, height, width, pixels, labels };
}
