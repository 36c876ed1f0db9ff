import { createHash } from "node:crypto";
import type { TensorData } from "../../../base/index.ts";
import type { Preprocessing } from "../../../data/index.ts";
import type { RunConfig } from "../../../train/index.ts";

/**
 * SHA-256 of all that decides which vector a picture gets: the kind of encoder with its options, its weights, and how
 * picture files are made ready for it. Encoders with one fingerprint make the same vectors.
 *
 * @returns 64 hexadecimal digits
 */
export function encoderFingerprint(
  encoder: RunConfig["encoder"],
  preprocessing: Preprocessing | null,
  weights: ReadonlyMap<string, TensorData>,
): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([encoder, preprocessing], inOrder));
  for (const name of [...weights.keys()].sort()) {
    const { dtype, shape, data } = weights.get(name)!;
    hash.update(JSON.stringify([name, dtype, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

/** Objects with their keys sorted, whatever order they were written in. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
