import type { TensorData } from "../base/index.ts";

/** What tells an encoder from others beside its weights, as JSON. */
export interface EncoderIdentity {
  readonly encoder: object;
  /** What is done to a value before the encoder takes it; null where nothing is. */
  readonly preprocessing: object | null;
  /** Checksums of files that the preprocessing needs, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * A name for what an encoder computes: SHA-256, as 64 hexadecimal digits, of its architecture, its preprocessing and its
 * weights. Embeddings of two encoders can be compared only where this is equal.
 *
 * The order of the weights and of the configuration's keys does not matter, nor where the run's folder is.
 */
export async function encoderFingerprint(
  weights: ReadonlyMap<string, TensorData>,
  { encoder, preprocessing, files }: EncoderIdentity,
): Promise<string> {
  const tensors = [...weights].sort(([a], [b]) => (a < b ? -1 : 1));
  const head = JSON.stringify({
    kindred: "encoder",
    encoder: sortedKeys(encoder),
    preprocessing: preprocessing && sortedKeys(preprocessing),
    ...(files ? { files: sortedKeys(files) } : {}),
    tensors: tensors.map(([name, { dtype, shape }]) => [name, dtype, shape]),
  });
  // Nothing in JSON is a zero byte, so that no head can pass for another's head and values.
  const parts = [new TextEncoder().encode(`${head}\0`), ...tensors.map(([, { data }]) => bytesOf(data))];
  return sha256(parts);
}

/** A name for what a model computes: the fingerprint of its tower, or SHA-256 of those of its towers by modality. */
export async function modelFingerprint(
  towers: Readonly<Record<string, { readonly fingerprint: string }>>,
): Promise<string> {
  const each = Object.entries(towers).map(([modality, { fingerprint }]) => [modality, fingerprint] as const);
  if (each.length === 1) return each[0]![1];
  const head = { kindred: "model", towers: sortedKeys(Object.fromEntries(each)) };
  return sha256([new TextEncoder().encode(JSON.stringify(head))]);
}

/** As 64 hexadecimal digits. */
async function sha256(parts: readonly Uint8Array[]): Promise<string> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sortedKeys(value: object): unknown {
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, isPlain(entry) ? sortedKeys(entry) : entry]),
  );
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bytesOf({ buffer, byteOffset, byteLength }: TensorData["data"]): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
