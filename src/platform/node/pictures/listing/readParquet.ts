import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { InputError } from "../../../../base/index.ts";
import { quote } from "../../../../modality/image/arrays/pixelTable.ts";
import { explainIoError } from "../../files/files.ts";
import { cacheFolder } from "../cache/cacheFolder.ts";
import type { ParquetCell, ParquetReport } from "./parquetProtocol.ts";

const workerUrl = new URL(
  import.meta.url.endsWith(".ts") ? "./parquetWorker.ts" : "./parquetWorker.js",
  import.meta.url,
);

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
  const worker = new Worker(workerUrl, {
    name: "parquet",
    workerData: { path, folder: parquetPicturesFolder() },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const fail = (reason: string): void => reject(damaged(path, reason));
      const wait = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => fail("its pages do not end"), limit);
      };
      let names: readonly string[] = [];
      let classes: ParquetTable["classes"] = new Map();
      const rows: (readonly ParquetCell[])[] = [];
      wait();
      worker.on("message", (report: ParquetReport) => {
        wait();
        if (report.type === "failed") fail(report.reason);
        else if (report.type === "done") resolve({ names, rows, classes, added: report.added });
        else if (report.type === "rows") rows.push(...report.rows);
        else {
          names = report.names;
          classes = new Map(report.classes);
        }
      });
      worker.on("error", (error) => fail(error instanceof Error ? error.message : String(error)));
      worker.on("exit", () => fail("its reader ended before it was read"));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
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
