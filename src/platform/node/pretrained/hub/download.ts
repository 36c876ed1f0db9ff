import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { AbortedError, KindredError } from "../../../../base/index.ts";
import { explainIoError } from "../../files/files.ts";
import { makeFolder } from "../../files/folders.ts";
import { type Hub, HubFailure, type HubFile, hubFile, RangeRefused, unreachable } from "./hubClient.ts";

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Told of bytes that came; a negative number where some are fetched anew. */
  readonly onBytes?: (bytes: number) => void;
}

/** Where a file comes from. */
export interface Source {
  readonly hub: Hub;
  readonly id: string;
  readonly commit: string;
}

/** How often a connection that breaks is made anew before the command gives up. */
const attempts = 5;

/**
 * Fetches a file to `path`, which is there whole and right or not at all. What came of it before is kept beside it, under a
 * name of its content, and gone on from.
 *
 * @returns its SHA-256
 * @throws KindredError when its checksum is another, or the connection breaks again and again.
 */
export async function download(
  source: Source,
  file: HubFile,
  path: string,
  { signal, onBytes }: DownloadOptions = {},
): Promise<string> {
  const there = await hashedFile(path, file);
  if (there !== null) {
    const digests = there.digests();
    if (there.bytes === file.size && digests.matches) {
      onBytes?.(file.size);
      return digests.sha256;
    }
  }
  const partial = `${path}.${file.checksum.digest.slice(0, 12)}.partial`;
  try {
    await makeFolder(dirname(path));
    const content = await fetched(source, file, partial, {
      ...(signal ? { signal } : {}),
      ...(onBytes ? { onBytes } : {}),
    });
    const { matches, sha256, expected, found } = content.digests();
    if (content.bytes !== file.size || !matches) {
      await rm(partial, { force: true });
      throw new KindredError(
        `${file.path} of ${source.id} arrived with ${content.bytes} bytes of checksum ${found}, expected ${file.size} of ${expected}: run the command again`,
      );
    }
    await rename(partial, path);
    return sha256;
  } catch (error) {
    throw explainIoError(error, "written", path);
  }
}

async function fetched(
  source: Source,
  file: HubFile,
  partial: string,
  { signal, onBytes }: DownloadOptions,
): Promise<Content> {
  let content = (await hashedFile(partial, file)) ?? new Content(file);
  onBytes?.(content.bytes);
  for (let attempt = 1; content.bytes < file.size || file.size === 0; attempt++) {
    let handle: FileHandle | undefined;
    try {
      const { from, body } = await hubFile(source.hub, { ...source, path: file.path }, content.bytes, signal);
      if (from !== content.bytes) {
        onBytes?.(-content.bytes);
        content = new Content(file);
      }
      handle = await open(partial, content.bytes === 0 ? "w" : "a");
      const before = content.bytes;
      await received(body, handle, content, source, signal, onBytes);
      await handle.sync();
      if (content.bytes >= file.size) return content;
      // The server ended early, but it sent something.
      if (content.bytes > before) attempt = 0;
      else
        throw new HubFailure(
          `${source.hub.endpoint} sent nothing more of ${file.path}: run the command again`,
        );
    } catch (error) {
      if (error instanceof RangeRefused) {
        onBytes?.(-content.bytes);
        await rm(partial, { force: true });
        content = new Content(file);
      } else if (!(error instanceof HubFailure) || attempt >= attempts) throw error;
      await pause(attempt, signal);
    } finally {
      await handle?.close();
    }
  }
  return content;
}

async function received(
  body: AsyncIterable<Uint8Array>,
  handle: FileHandle,
  content: Content,
  { hub }: Source,
  signal: AbortSignal | undefined,
  onBytes: DownloadOptions["onBytes"],
): Promise<void> {
  const parts = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await parts.next().catch((error: unknown) => {
      throw unreachable(hub, error, signal);
    });
    if (next.done) return;
    await handle.writeFile(next.value);
    content.add(next.value);
    onBytes?.(next.value.length);
  }
}

/** Longer after each failure: 0.1 s, 0.4 s, 0.9 s, 1.6 s. */
async function pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await setTimeout(100 * attempt * attempt, undefined, signal ? { signal } : {});
  } catch {
    throw new AbortedError("the download was stopped");
  }
}

/** What is known of a file's content so far: its length and its checksums. */
class Content {
  bytes = 0;
  readonly #sha256 = createHash("sha256");
  /** Git hashes a heading with the length before the content. */
  readonly #git: Hash;
  readonly #file: HubFile;

  constructor(file: HubFile) {
    this.#file = file;
    this.#git = createHash("sha1").update(`blob ${file.size}\0`);
  }

  add(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.#sha256.update(bytes);
    this.#git.update(bytes);
  }

  /** To be called once. */
  digests(): {
    readonly sha256: string;
    readonly found: string;
    readonly expected: string;
    readonly matches: boolean;
  } {
    const sha256 = this.#sha256.digest("hex");
    const { kind, digest: expected } = this.#file.checksum;
    const found = kind === "sha256" ? sha256 : this.#git.digest("hex");
    return { sha256, found, expected, matches: found === expected };
  }
}

/** A file that is there, read; null where there is none. */
async function hashedFile(path: string, file: HubFile): Promise<Content | null> {
  const stats = await stat(path).catch(() => null);
  if (!stats?.isFile()) return null;
  const content = new Content(file);
  for await (const bytes of createReadStream(path)) content.add(bytes as Uint8Array);
  return content;
}
