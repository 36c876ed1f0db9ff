import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError, quote } from "../../../../base/index.ts";
import { explainIoError } from "../../files/files.ts";
import { moduleBeside, Thread } from "../../threads/thread.ts";
import { cacheFolder } from "../cache/cacheFolder.ts";
import type { ParquetCell, ParquetDone, ParquetPart, ParquetRequest } from "./parquetWorker.ts";

/** Milliseconds without anything read after which a file is taken for damaged: so many, and more for each MiB. */
const patience = 20_000;
const patiencePerMebibyte = 1_000;

/** What a Parquet file holds. */
export interface ParquetTable {
  readonly names: readonly string[];
  readonly rows: readonly (readonly ParquetCell[])[];
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
  let names: readonly string[] = [];
  let classes: ParquetTable["classes"] = new Map();
  const rows: (readonly ParquetCell[])[] = [];
  try {
    wait();
    const onEvent = (part: ParquetPart): void => {
      wait();
      if (part.type === "rows") rows.push(...part.rows);
      else {
        names = part.names;
        classes = new Map(part.classes);
      }
    };
    const { added } = await thread.request({ path, folder: parquetPicturesFolder() }, [], onEvent);
    return { names, rows, classes, added };
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
