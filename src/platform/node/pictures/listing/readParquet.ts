import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError, quote } from "../../../../base/index.ts";
import { explainIoError } from "../../files/files.ts";
import { moduleBeside, Thread } from "../../threads/thread.ts";
import { cacheFolder } from "../cache/cacheFolder.ts";
import type {
  ParquetCell,
  ParquetDone,
  ParquetItemCell,
  ParquetPart,
  ParquetRequest,
} from "./parquetWorker.ts";

/** Milliseconds without anything read after which a file is taken for damaged: so many, and more for each MiB. */
const patience = 20_000;
const patiencePerMebibyte = 1_000;

/** What a Parquet file holds. */
export interface ParquetTable<Cell = ParquetCell> {
  readonly names: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Names of labels that are numbers, by column. */
  readonly classes: ReadonlyMap<string, readonly string[]>;
  /** Whether pictures of it were put into the cache folder. */
  readonly added: boolean;
}

/** Where the pictures that Parquet files hold are put. */
export function parquetPicturesFolder(): string {
  return join(cacheFolder(), "parquet");
}

/**
 * The texts, numbers and pictures of a Parquet file, read in a thread that may be ended. Pictures are put into the cache
 * folder, each under the SHA-256 of its bytes.
 *
 * @param longest milliseconds without anything read after which the file is taken for damaged. Default: 20 s, and 1 s for
 * each MiB
 * @throws InputError when it cannot be read, or is damaged.
 */
export async function readParquet(path: string, longest?: number): Promise<ParquetTable> {
  const rows: (readonly ParquetCell[])[] = [];
  const request = { path, folder: parquetPicturesFolder() };
  const { added, columns } = await inThread(request, longest, (part) => {
    if (part.type === "rows") rows.push(...part.rows);
  });
  return { names: columns.names, rows, classes: new Map(columns.classes), added };
}

/** What the columns of a Parquet file are, before its rows are read. */
export interface ParquetColumns {
  readonly names: readonly string[];
  /** Those that hold files. */
  readonly files: readonly string[];
}

/** @throws InputError when it cannot be read, or is damaged. */
export async function parquetColumns(path: string): Promise<ParquetColumns> {
  const { columns } = await inThread({ path, folder: parquetPicturesFolder(), items: [] });
  return columns;
}

/**
 * Some columns of a Parquet file of items: texts, numbers, files, and lists of texts or files; see {@link readParquet}.
 *
 * @param only names of the columns
 * @throws InputError when it cannot be read, or is damaged.
 */
export async function readParquetItems(
  path: string,
  only: readonly string[],
): Promise<ParquetTable<ParquetItemCell>> {
  const rows: (readonly ParquetItemCell[])[] = [];
  const request = { path, folder: parquetPicturesFolder(), items: only };
  const { added, columns } = await inThread(request, undefined, (part) => {
    if (part.type === "itemRows") for (const row of part.rows) rows.push(row);
  });
  const names = columns.names.filter((name) => only.includes(name));
  return { names, rows, classes: new Map(columns.classes), added };
}

type Columns = Extract<ParquetPart, { type: "columns" }>;

/** Reads a file in a thread, and ends it. */
async function inThread(
  request: ParquetRequest,
  longest?: number,
  onRows?: (part: ParquetPart) => void,
): Promise<ParquetDone & { readonly columns: Columns }> {
  const { path } = request;
  const limit = longest ?? patience + (patiencePerMebibyte * (await sizeOf(path))) / 2 ** 20;
  const thread = new Thread<ParquetRequest, ParquetDone, ParquetPart>(
    moduleBeside(import.meta.url, "parquetWorker"),
    { name: "parquet", ended: (reason) => damaged(path, reason) },
  );
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void thread.terminate(damaged(path, "its pages do not end")), limit);
  };
  let columns: Columns = { type: "columns", names: [], files: [], others: [], classes: [] };
  try {
    wait();
    const onEvent = (part: ParquetPart): void => {
      wait();
      if (part.type === "columns") columns = part;
      else onRows?.(part);
    };
    const { added } = await thread.request(request, [], onEvent);
    return { added, columns };
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw explainIoError(error, "read", path);
  }
}

function damaged(path: string, reason: string): InputError {
  return new InputError(
    `${path} cannot be read as a Parquet file: ${quote(reason.split("\n", 1)[0]!)}, expected one that is whole, uncompressed or compressed with snappy, gzip, brotli or zstd: get it again`,
  );
}
