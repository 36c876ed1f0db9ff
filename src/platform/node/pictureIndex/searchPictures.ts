import { InputError } from "../../../base/index.ts";
import { parseJson } from "../../../base/parseJson.ts";
import type { Preview } from "../../../data/index.ts";
import {
  ImageColumn,
  type ImageDataset,
  type Preprocessing,
  preprocessingSchema,
} from "../../../modality/image/index.ts";
import type { IndexInfo, SearchHit, SearchOptions } from "../../../retrieval/index.ts";
import { Embedder } from "../../../train/index.ts";
import { readFileOrExplain } from "../files/files.ts";
import type { ItemIndex } from "../itemIndex/itemIndex.ts";
import { type DeviceName, nodeRuntime } from "../ort/devices.ts";
import { preprocessPicture } from "../pictures/decode/preprocessPicture.ts";
import { modelOfIndex } from "./indexedRun.ts";
import { makeThumbnails } from "./thumbnails.ts";

/** A picture to search by, with what was found. */
export interface PictureSearch {
  /** The file's path, or the id. */
  readonly query: string;
  readonly label: string | null;
  /** Of the picture as the encoder saw it. */
  readonly preview: Preview | null;
  readonly hits: readonly SearchHit[];
}

/** A picture file to search by, as the encoder takes it. */
export interface QueryPicture {
  readonly file: string;
  /** `[channels, height, width]`, 0 to 255. */
  readonly pixels: Uint8Array;
}

/** A file that no picture can be made of, and why: a line that names it. */
export interface UnreadableQuery {
  readonly file: string;
  readonly reason: string;
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
  index: ItemIndex,
  files: readonly string[],
  options: SearchByFilesOptions = {},
): Promise<PictureSearch[]> {
  const { queries, unreadable } = await readQueries(files, index.info, index.path);
  if (unreadable.length > 0) throw new InputError(unreadable.map(({ reason }) => reason).join("; "));
  return searchByPictures(index, queries, options);
}

/**
 * Reads the files to search by as the pictures of an index were read.
 *
 * @param info what the index says, or will say, of its encoder
 * @param path what messages call the index
 * @throws InputError where no picture file can be made what the encoder takes.
 */
export async function readQueries(
  files: readonly string[],
  info: IndexInfo,
  path: string,
): Promise<{ readonly queries: readonly QueryPicture[]; readonly unreadable: readonly UnreadableQuery[] }> {
  const { preprocessing } = pictureInput(info, path);
  const queries: QueryPicture[] = [];
  const unreadable: UnreadableQuery[] = [];
  for (const file of files) {
    try {
      queries.push({
        file,
        pixels: await preprocessPicture(await readFileOrExplain(file), file, preprocessing),
      });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      unreadable.push({ file, reason: error.message });
    }
  }
  return { queries, unreadable };
}

/**
 * What the encoder of an index takes, and how picture files are made that. Where it learnt from arrays of pixels, they are put
 * on black as a whole: a file of just that size stays as it is.
 *
 * @throws InputError when the index has no pictures, or its encoder takes no square pictures of 1 or 3 channels.
 */
function pictureInput(
  info: IndexInfo,
  path: string,
): { readonly inputShape: readonly [number, number, number]; readonly preprocessing: Preprocessing } {
  const image = info.modalities.find(({ modality }) => modality === "image");
  const [channels, height, width] = image?.inputShape ?? [];
  if (!image || channels === undefined || height === undefined || width === undefined) {
    const names = info.modalities.map(({ modality }) => modality).join(", ");
    throw new InputError(`${path} cannot be searched by picture files: its model embeds ${names}`);
  }
  const inputShape = [channels, height, width] as const;
  if (image.preprocessing !== null) {
    const preprocessing = parseJson(
      preprocessingSchema,
      JSON.stringify(image.preprocessing),
      `${path}: its preprocessing of images`,
      "that of a run: make the index anew with kindred index --force",
    );
    return { inputShape, preprocessing };
  }
  if (height === width && (channels === 1 || channels === 3)) {
    return { inputShape, preprocessing: { size: height, channels, fit: "contain" } };
  }
  throw new InputError(
    `the encoder of ${path} takes arrays of ${inputShape.join(" x ")}, which no picture file can be made: search by --id`,
  );
}

/**
 * The pictures most similar to those that were read, see {@link readQueries}.
 *
 * @throws InputError when the run's encoder is not the one that made the index.
 */
export async function searchByPictures(
  index: ItemIndex,
  queries: readonly QueryPicture[],
  options: SearchByFilesOptions = {},
): Promise<PictureSearch[]> {
  const { tower, weights } = await modelOfIndex(index, options);
  const { inputShape } = pictureInput(index.info, index.path);
  const pictures = queries.map(({ pixels }) => pixels);
  // A wrong filter is told of before the encoder is compiled.
  await index.count(options.where);
  const runtime = await nodeRuntime(options.device === undefined ? {} : { device: options.device });
  try {
    const embedder = await Embedder.fixed(runtime, tower, weights);
    const vectors = await embedder.embed(new ImageColumn(sideBySide(pictures, inputShape)), null);
    await embedder.dispose();
    const thumbnails = await makeThumbnails(pictures, inputShape);
    const found: PictureSearch[] = [];
    for (const [at, { file: query }] of queries.entries()) {
      const vector = vectors.subarray(at * tower.dim, (at + 1) * tower.dim);
      const hits = await index.search(vector, options);
      found.push({ query, label: null, preview: thumbnails[at]!, hits });
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
  index: ItemIndex,
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
    found.push({ query: id, label: picture.label, preview: picture.preview, hits: others });
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
