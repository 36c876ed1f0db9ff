import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readFileOrExplain, writeStreamAtomic } from "../platform/node/files/files.ts";
import { decodeMessage, defaultCheckpoint, encodeMessage, type Message } from "../workspace/index.ts";
import type { OpenRun, Split } from "./openRun.ts";

/** Of the file, and of what is computed for it. */
const formatVersion = 1;

type Bytes = Uint8Array<ArrayBuffer>;

/** A message and its bytes as they are sent. */
export interface SentMessage extends Message {
  readonly bytes: Bytes;
}

export function sent(message: Message): SentMessage {
  return { ...message, bytes: encodeMessage(message) };
}

/** What a computed space is found by again. */
export interface SpaceKey {
  readonly file: string;
  readonly key: string;
}

/** The checkpoints that a space is computed from: its own, the one before it, and the run's default if that is another. */
export interface SpaceSources {
  readonly checkpoint: number;
  readonly before: number | null;
  /** Whose space it is turned to lie like. */
  readonly reference: number | null;
}

export function spaceSources({ info }: OpenRun, checkpoint: number): SpaceSources {
  const { checkpoints } = info;
  const reference = defaultCheckpoint(info)!;
  return {
    checkpoint,
    before: checkpoints.findLast((epoch) => epoch < checkpoint) ?? null,
    reference: reference === checkpoint ? null : reference,
  };
}

/** By the contents of the checkpoints and the pictures, so that a space of others is never taken for this. */
export async function spaceKey(run: OpenRun, split: Split, sources: SpaceSources): Promise<SpaceKey> {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([formatVersion, split, sources.checkpoint]));
  for (const epoch of [sources.checkpoint, sources.before, sources.reference]) {
    hash.update(epoch === null ? "none" : await embeddingsKey(run, epoch));
  }
  const name = `space_${split}_epoch_${sources.checkpoint}.bin`;
  return { file: join(run.folder.path, "explorer", name), key: hash.digest("hex") };
}

/** By the contents of a checkpoint and of the pictures. */
export async function embeddingsKey(run: OpenRun, epoch: number): Promise<string> {
  const weights = await readFileOrExplain(run.folder.checkpointFile(epoch));
  return `${run.fingerprint} ${createHash("sha256").update(weights).digest("hex")}`;
}

/** The messages of a space that was computed before; null where there is none, or it is another's or damaged. */
export async function readSpace({ file, key }: SpaceKey): Promise<readonly SentMessage[] | null> {
  if (!existsSync(file)) return null;
  const all = await readFileOrExplain(file);
  const messages: SentMessage[] = [];
  try {
    for (let at = 0; at < all.length; ) {
      const size = 4 + new DataView(all.buffer, all.byteOffset + at).getUint32(0, true);
      const bytes = all.subarray(at, at + size);
      messages.push({ ...decodeMessage(bytes), bytes });
      at += size;
      // Not read on where it is another's.
      if (messages.length === 1 && !isOf(messages[0]!, key)) return null;
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

export async function writeSpace({ file, key }: SpaceKey, messages: readonly SentMessage[]): Promise<void> {
  await writeStreamAtomic(file, async (append) => {
    const head: Message["head"] & { readonly key: string } = { type: "space", key };
    await append(encodeMessage({ head, arrays: {} }));
    for (const { bytes } of messages) await append(bytes);
  });
}

function isOf({ head }: Message, key: string): boolean {
  return head.type === "space" && "key" in head && head.key === key;
}
