import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readFileOrExplain, writeStreamAtomic } from "../platform/node/files/files.ts";
import { decodeMessage, encodeMessage, type Message } from "../workspace/index.ts";
import type { OpenRun } from "./openedRun.ts";

/** Of the file, and of what is computed for it. */
const formatVersion = 1;

/** Where a space is kept, and what it is found by again. */
export interface SpaceFile {
  readonly file: string;
  readonly hash: string;
}

/** @param key names the space by all that it is computed from */
export function spaceFile(run: OpenRun, checkpoint: number, key: string): SpaceFile {
  const name = `space_${run.part}_epoch_${checkpoint}.bin`;
  const hash = createHash("sha256").update(JSON.stringify([formatVersion, run.part, key]));
  return { file: join(run.folder.path, "explorer", name), hash: hash.digest("hex") };
}

/** By the contents of a checkpoint and of what is shown. */
export async function embeddingsKey(run: OpenRun, epoch: number): Promise<string> {
  const weights = await readFileOrExplain(run.folder.checkpointFile(epoch));
  return `${run.fingerprint} ${createHash("sha256").update(weights).digest("hex")}`;
}

/** The messages of a space that was computed before; null where there is none, or it is another's or damaged. */
export async function readSpace({ file, hash }: SpaceFile): Promise<readonly Message[] | null> {
  if (!existsSync(file)) return null;
  const all = await readFileOrExplain(file);
  const messages: Message[] = [];
  try {
    for (let at = 0; at < all.length; ) {
      const size = 4 + new DataView(all.buffer, all.byteOffset + at).getUint32(0, true);
      messages.push(decodeMessage(all.subarray(at, at + size)));
      at += size;
      // Not read on where it is another's.
      if (messages.length === 1 && !isOf(messages[0]!, hash)) return null;
    }
  } catch {
    // Computed anew, as it would be were it not there.
    return null;
  }
  const types = messages.slice(1).map(({ head }) => head.type);
  return types.join() === cachedTypes.join() ? messages.slice(1) : null;
}

/** In the order in which they are written. */
const cachedTypes = ["points", "neighbours", "umap", "embeddings"] as const;

export async function writeSpace({ file, hash }: SpaceFile, messages: readonly Message[]): Promise<void> {
  await writeStreamAtomic(file, async (append) => {
    const head: Message["head"] & { readonly key: string } = { type: "space", key: hash };
    await append(encodeMessage({ head, arrays: {} }));
    for (const message of messages) await append(encodeMessage(message));
  });
}

function isOf({ head }: Message, hash: string): boolean {
  return head.type === "space" && "key" in head && head.key === hash;
}
