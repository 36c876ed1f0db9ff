import type { HardPairs } from "../neighbours/hardPairs.ts";
import type { HardPairsHead } from "./protocol.ts";

/** The message of hard pairs. */
export function hardPairsMessage(
  checkpoint: number,
  { positives, negatives }: HardPairs,
): { readonly head: HardPairsHead; readonly arrays: Record<string, Uint32Array | Float32Array> } {
  const count = Math.min(positives.similarity.length, negatives.similarity.length);
  return {
    head: { type: "hardPairs", checkpoint, count },
    arrays: {
      positives: positives.rows.slice(0, 2 * count),
      positiveSimilarity: positives.similarity.slice(0, count),
      negatives: negatives.rows.slice(0, 2 * count),
      negativeSimilarity: negatives.similarity.slice(0, count),
    },
  };
}
