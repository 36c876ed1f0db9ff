import { createHash } from "node:crypto";
import { readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { z } from "zod";
import { AbortedError, InputError } from "../../../../base/index.ts";
import { type Preprocessing, preprocessingSchema } from "../../../../modality/image/index.ts";
import { readTextOrExplain, writeFileAtomic, writeStreamAtomic } from "../../files/files.ts";
import { batches } from "../batches.ts";
import type { PictureThreads } from "../decode/pictureThreads.ts";
import type { HashedFile, PictureWorkDone } from "../decode/pictureWork.ts";
import type { PictureProblem } from "../listing/pictureTree.ts";
import { makeRoom, markUsed } from "./cacheRoom.ts";
import { mapFile } from "./mapFile.ts";

/** To be raised when the same files would become other bytes. */
const formatVersion = 2;

const indexSchema = z.object({
  version: z.literal(formatVersion),
  preprocessing: preprocessingSchema,
  /** Of all pixels. */
  crc32: z.number(),
  /** `[count]`, SHA-256 of the file that each picture was made of, base64url. */
  rows: z.array(z.string()),
});

/** Decoded pictures on the disk. */
export interface CachedPictures {
  /** `[count, channels, size, size]`, mapped into memory where that can be. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** `[count]`, the content that each is of. */
  readonly rows: readonly string[];
  /** CRC-32 of the pixels. */
  readonly checksum: number;
}

/** Pictures decoded in one request to a thread. */
const filesAtATime = 16;
/** Bytes checked without a pause. */
const checkedAtATime = 2 ** 21;
/** Other caches that a new one takes pictures from. */
const mostSources = 4;

/**
 * Pictures decoded once: for each list of contents and each preprocessing a file of all pixels and an index beside it.
 * Named by a hash of both, so that whatever changes makes another file; which takes over what has been decoded before.
 */
export class PictureCache {
  readonly #folder: string;
  readonly #preprocessing: Preprocessing;
  readonly #signal: AbortSignal | undefined;

  constructor(folder: string, preprocessing: Preprocessing, signal?: AbortSignal) {
    this.#folder = folder;
    this.#preprocessing = preprocessing;
    this.#signal = signal;
  }

  /** What is there of these contents in this order; null where it is not, or is damaged. */
  async find(rows: readonly string[]): Promise<CachedPictures | null> {
    return this.#open(this.#name(rows));
  }

  /**
   * Decodes files into a new cache, except those that another one holds.
   *
   * @param onProgress told of pictures done, and of all
   * @returns what became of it, and why which files could not be decoded: these are left out.
   * @throws InputError when the cache cannot be written.
   * @throws AbortedError when stopped; nothing of it remains.
   */
  async build(
    files: readonly HashedFile[],
    threads: PictureThreads,
    onProgress?: (done: number, total: number) => void,
  ): Promise<{ rows: string[]; failed: ReadonlyMap<string, PictureProblem["reason"]> }> {
    const earlier = await this.#earlier(files);
    const failed = new Map<string, { readonly reason: string; readonly file: HashedFile }>();
    const rows: string[] = [];
    const asked = this.#name(files.map(({ hash }) => hash));
    let checksum = 0;
    try {
      await writeStreamAtomic(this.#file(asked), async (append) => {
        for await (const part of this.#decoded(files, earlier, threads)) {
          for (const [i, { hash, reason }] of part.outcomes.entries()) {
            if (reason === undefined) rows.push(hash);
            else failed.set(hash, { reason, file: part.files[i]! });
          }
          checksum = crc32(part.pixels, checksum);
          await append(part.pixels);
          onProgress?.(rows.length + failed.size, files.length);
        }
      });
      const name = this.#name(rows);
      // Named by what is in it.
      if (name !== asked) await rename(this.#file(asked), this.#file(name));
      const index = {
        version: formatVersion,
        preprocessing: this.#preprocessing,
        crc32: checksum,
        rows,
      } satisfies z.infer<typeof indexSchema>;
      await writeFileAtomic(this.#index(name), JSON.stringify(index));
      const held = (await this.#caches()).map(({ name: other, ...rest }) => ({
        ...rest,
        // Without its index, pixels count for nothing: that goes first.
        files: [this.#index(other), this.#file(other)],
      }));
      await makeRoom(held, new Set([this.#file(name)]));
    } catch (error) {
      if (!(error instanceof InputError) || !error.message.includes(this.#folder)) throw error;
      throw new InputError(`${error.message}; KINDRED_CACHE names another folder for decoded pictures`, {
        cause: error,
      });
    }
    return { rows, failed: await this.#alone(failed, threads) };
  }

  /**
   * Why files cannot be decoded, asked of each once more by itself: libvips keeps what went wrong for the whole process, so
   * that of several at a time one may get another's reason.
   */
  async #alone(
    failed: ReadonlyMap<string, { readonly reason: string; readonly file: HashedFile }>,
    threads: PictureThreads,
  ): Promise<Map<string, PictureProblem["reason"]>> {
    const reasons = new Map<string, string>();
    for (const [
      hash,
      {
        reason,
        file: { path, file },
      },
    ] of failed) {
      const work = {
        kind: "decode" as const,
        files: [{ path, file, hash }],
        preprocessing: this.#preprocessing,
      };
      for await (const { outcomes } of threads.inOrder([work])) {
        const [outcome] = outcomes;
        reasons.set(hash, outcome && !outcome.ok ? outcome.reason : reason);
      }
    }
    return reasons;
  }

  /** The files in their order, some at a time: what became of each, and the pixels of those that could be decoded. */
  async *#decoded(
    files: readonly HashedFile[],
    earlier: ReadonlyMap<string, Uint8Array>,
    threads: PictureThreads,
  ): AsyncGenerator<{
    readonly files: readonly HashedFile[];
    readonly outcomes: readonly { hash: string; reason?: string }[];
    readonly pixels: Uint8Array;
  }> {
    const { size, channels } = this.#preprocessing;
    const each = channels * size ** 2;
    const parts = batches(files, filesAtATime);
    const unknown = parts.map((part) => part.filter(({ hash }) => !earlier.has(hash)));
    const work = unknown
      .filter((part) => part.length > 0)
      .map((part) => ({
        kind: "decode" as const,
        files: part.map(({ path, file, hash }) => ({ path, file, hash })),
        preprocessing: this.#preprocessing,
      }));
    const answers = threads.inOrder(work);
    try {
      for (const [i, part] of parts.entries()) {
        if (this.#signal?.aborted) throw new AbortedError("stopped: its signal was aborted");
        const answer: PictureWorkDone | undefined =
          unknown[i]!.length > 0 ? (await answers.next()).value : undefined;
        const pixels = new Uint8Array(part.length * each);
        let kept = 0;
        let next = 0;
        const outcomes = part.map(({ hash }) => {
          const known = earlier.get(hash);
          const at = known ? 0 : next++;
          const outcome = known ? undefined : answer!.outcomes[at]!;
          if (outcome && !outcome.ok) return { hash, reason: outcome.reason };
          pixels.set(known ?? answer!.pixels.subarray(at * each, (at + 1) * each), kept++ * each);
          return { hash };
        });
        yield { files: part, outcomes, pixels: pixels.subarray(0, kept * each) };
      }
    } finally {
      await answers.return(undefined);
    }
  }

  #file(name: string): string {
    return join(this.#folder, `${name}.pixels`);
  }

  #index(name: string): string {
    return join(this.#folder, `${name}.json`);
  }

  #name(rows: readonly string[]): string {
    const { size, channels, fit, background, levels } = this.#preprocessing;
    const hash = createHash("sha256").update(
      JSON.stringify([formatVersion, size, channels, fit, background, levels]),
    );
    for (const row of rows) hash.update(`\n${row}`);
    return `${this.#prefix}${hash.digest("hex").slice(0, 32)}`;
  }

  get #prefix(): string {
    const { size, channels, fit, ...more } = this.#preprocessing;
    const choices = JSON.stringify([formatVersion, more.background, more.levels]);
    return `${channels}x${size}x${size}-${fit}-${crc32(choices).toString(16)}-`;
  }

  async #open(name: string): Promise<CachedPictures | null> {
    const { size, channels } = this.#preprocessing;
    try {
      const text = await readTextOrExplain(this.#index(name));
      const index = indexSchema.parse(JSON.parse(text));
      const pixels = await mapFile(this.#file(name));
      if (pixels.length !== index.rows.length * channels * size ** 2) return null;
      if (this.#name(index.rows) !== name) return null;
      if ((await this.#checksumOf(pixels)) !== index.crc32) return null;
      await markUsed(this.#index(name));
      return { pixels, rows: index.rows, checksum: index.crc32 };
    } catch (error) {
      if (error instanceof AbortedError) throw error;
      // Missing or damaged: it is made anew.
      return null;
    }
  }

  async #checksumOf(pixels: Uint8Array): Promise<number> {
    let sum = 0;
    for (let start = 0; start < pixels.length; start += checkedAtATime) {
      sum = crc32(pixels.subarray(start, start + checkedAtATime), sum);
      await setImmediate();
      if (this.#signal?.aborted) throw new AbortedError("stopped: its signal was aborted");
    }
    return sum;
  }

  /** Pictures by content, of the caches used last, of those that are asked for. */
  async #earlier(files: readonly HashedFile[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const { size, channels } = this.#preprocessing;
    const each = channels * size ** 2;
    const wanted = new Set(files.map(({ hash }) => hash));
    const found = new Map<string, Uint8Array>();
    const names = (await this.#caches()).filter(({ name }) => name.startsWith(this.#prefix));
    for (const { name } of names.toReversed().slice(0, mostSources)) {
      if (found.size === wanted.size) break;
      const cache = await this.#open(name);
      for (const [row, hash] of cache?.rows.entries() ?? []) {
        if (wanted.has(hash)) found.set(hash, cache!.pixels.subarray(row * each, (row + 1) * each));
      }
    }
    return found;
  }

  /** The caches in the folder, that used last at the end. */
  async #caches(): Promise<{ name: string; used: number; bytes: number }[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const caches = await Promise.all(
      names
        .filter((name) => name.endsWith(".pixels") && !name.startsWith("."))
        .map(async (file) => {
          const name = file.slice(0, -".pixels".length);
          try {
            const { size: bytes, mtimeMs } = await stat(join(this.#folder, file));
            const used = (await stat(this.#index(name)).catch(() => null))?.mtimeMs ?? mtimeMs;
            return [{ name, used, bytes }];
          } catch {
            // Another process has just removed it.
            return [];
          }
        }),
    );
    return caches.flat().sort((a, b) => a.used - b.used);
  }
}
