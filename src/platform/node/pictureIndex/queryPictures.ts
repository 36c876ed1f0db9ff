import { InputError } from "../../../base/index.ts";
import { readFileOrExplain } from "../files/files.ts";
import { preprocessPicture } from "../pictures/decode/preprocessPicture.ts";
import { preprocessingOf } from "./indexedRun.ts";
import type { IndexInfo } from "./indexInfo.ts";

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
  const preprocessing = preprocessingOf(info, path);
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
