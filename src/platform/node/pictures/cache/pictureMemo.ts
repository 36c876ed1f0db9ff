import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { z } from "zod";
import { readTextOrExplain, writeFileAtomic } from "../../files/files.ts";
import { batches } from "../batches.ts";
import type { PictureThreads } from "../decode/pictureThreads.ts";
import type { PictureOutcome } from "../decode/pictureWork.ts";
import type { PictureFile } from "../listing/pictureTree.ts";

const memoSchema = z.object({
  version: z.literal(1),
  /** Of the decoder that found files unreadable: another may read them. */
  decoder: z.string(),
  /** By real path: size and times, and the hash of the content that the file had then. */
  files: z.record(z.string(), z.tuple([z.string(), z.string()])),
  /** By content, why it cannot be decoded. */
  unreadable: z.record(z.string(), z.string()),
});
type Memo = z.infer<typeof memoSchema>;

/** Files hashed in one request to a thread. */
const filesAtATime = 64;
/** Files asked for their times at once. */
const statsAtATime = 32;

/**
 * What is known of a data set's files from the last time: the content of those that have not changed since, by size and
 * times, so that they need not be read again; and which contents cannot be decoded.
 */
export class PictureMemo {
  readonly #path: string;
  readonly #memo: Memo;
  #changed = false;

  private constructor(path: string, memo: Memo) {
    this.#path = path;
    this.#memo = memo;
  }

  /** The memo of a data set in a cache folder; an empty one where there is none, or it cannot be used. */
  static async open(folder: string, source: string): Promise<PictureMemo> {
    const name = createHash("sha256").update(source).digest("hex").slice(0, 32);
    const path = join(folder, `files-${name}.json`);
    // By what else is read here, and how it is said.
    const decoder = `kindred 2, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`;
    const empty: Memo = { version: 1, decoder, files: {}, unreadable: {} };
    try {
      const memo = memoSchema.parse(JSON.parse(await readTextOrExplain(path)));
      return new PictureMemo(path, memo.decoder === decoder ? memo : { ...memo, decoder, unreadable: {} });
    } catch {
      // Missing or damaged: all is found out again.
      return new PictureMemo(path, empty);
    }
  }

  /**
   * The hash of each file's content, or why it cannot be read.
   *
   * @param onProgress told of files read, of those that had to be
   */
  async hashes(
    files: readonly PictureFile[],
    threads: PictureThreads,
    onProgress?: (done: number, total: number) => void,
  ): Promise<PictureOutcome[]> {
    const stamps = await stampsOf(files);
    const outcomes = files.map(({ file }, i): PictureOutcome | null => {
      const known = Object.hasOwn(this.#memo.files, file) ? this.#memo.files[file] : undefined;
      return known !== undefined && known[0] === stamps[i] ? { ok: true, hash: known[1] } : null;
    });
    const unknown = outcomes.flatMap((outcome, i) => (outcome === null ? [i] : []));
    let done = 0;
    const work = batches(unknown, filesAtATime).map((batch) => ({
      kind: "hash" as const,
      files: batch.map((i) => files[i]!).map(({ path, file }) => ({ path, file })),
    }));
    for await (const answer of threads.inOrder(work)) {
      for (const outcome of answer.outcomes) {
        const i = unknown[done++]!;
        outcomes[i] = outcome;
        const stamp = stamps[i];
        if (!outcome.ok || stamp === undefined) continue;
        this.#memo.files[files[i]!.file] = [stamp, outcome.hash];
        this.#changed = true;
      }
      onProgress?.(done, unknown.length);
    }
    return outcomes.map((outcome) => outcome!);
  }

  /** Why a content cannot be decoded; undefined where that is not known. */
  unreadable(hash: string): string | undefined {
    return Object.hasOwn(this.#memo.unreadable, hash) ? this.#memo.unreadable[hash] : undefined;
  }

  setUnreadable(hash: string, reason: string): void {
    this.#memo.unreadable[hash] = reason;
    this.#changed = true;
  }

  /** Keeps what was found out. */
  async save(): Promise<void> {
    if (this.#changed) await writeFileAtomic(this.#path, JSON.stringify(this.#memo));
    this.#changed = false;
  }
}

/** Size and times of each file, to the nanosecond; undefined where it cannot be asked. */
async function stampsOf(files: readonly PictureFile[]): Promise<(string | undefined)[]> {
  const stamps: (string | undefined)[] = [];
  for (const batch of batches(files, statsAtATime)) {
    stamps.push(
      ...(await Promise.all(
        batch.map(async ({ file }) => {
          try {
            const { size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
            return `${size} ${mtimeNs} ${ctimeNs}`;
          } catch {
            // Whoever reads it will say why not.
            return undefined;
          }
        }),
      )),
    );
  }
  return stamps;
}
