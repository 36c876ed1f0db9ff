import { AbortedError, InputError } from "../../base/index.ts";
import type { ImageDataset } from "../../modality/image/index.ts";
import { decodeDataset } from "./datasetFormat.ts";

/** Options of {@link loadDatasetFile}. */
export interface LoadDatasetFileOptions {
  readonly signal?: AbortSignal;
  /** Called as the file arrives, with bytes as they are sent; the total is null where the server does not say. */
  readonly onProgress?: (readBytes: number, totalBytes: number | null) => void;
}

/**
 * Fetches a data set that `encodeDataset` has written, and checks it.
 *
 * @throws InputError when it cannot be fetched, is no such file, or is damaged.
 * @throws AbortedError when the signal ends it.
 */
export async function loadDatasetFile(
  url: string | URL,
  { signal, onProgress }: LoadDatasetFileOptions = {},
): Promise<ImageDataset> {
  try {
    const response = await fetch(url, signal ? { signal } : {});
    if (!response.ok) {
      throw new InputError(
        `the data set ${url} was answered with ${response.status} ${response.statusText}, expected the file: is it served there?`,
      );
    }
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    // Servers that name the coding have it undone by the browser, and then the length is of other bytes.
    const length = response.headers.get("Content-Encoding") ? null : response.headers.get("Content-Length");
    const total = length === null ? null : Number(length);
    let read = 0;
    // Not every browser can iterate over a stream.
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader!.read()) {
      const chunk: Uint8Array = part.value;
      chunks.push(new Uint8Array(chunk));
      read += chunk.byteLength;
      onProgress?.(read, total);
    }
    return await decodeDataset(new Blob(chunks), String(url));
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (signal?.aborted) throw new AbortedError(`loading ${url} was stopped`, { cause: error });
    const reason = error instanceof Error ? error.message : error;
    throw new InputError(
      `the data set ${url} did not arrive whole (${reason}): check the connection and load again`,
      {
        cause: error,
      },
    );
  }
}
