import type { Message, MessageArray } from "kindred/workspace";

/** Two pictures and how alike the encoder finds them. */
export interface HardPair {
  readonly first: number;
  readonly second: number;
  readonly similarity: number;
}

export interface HardPairs {
  /** Of one class and least alike, the hardest first. */
  readonly positives: readonly HardPair[];
  /** Of two classes and most alike, the hardest first. */
  readonly negatives: readonly HardPair[];
}

/**
 * The pairs of a `HardPairsHead` message.
 *
 * @throws Error when an array is missing or of another type.
 */
export function hardPairsOf({ arrays }: Message): HardPairs {
  return {
    positives: pairsOf(arrays.positives, arrays.positiveSimilarity, "positives"),
    negatives: pairsOf(arrays.negatives, arrays.negativeSimilarity, "negatives"),
  };
}

function pairsOf(
  rows: MessageArray | undefined,
  similarity: MessageArray | undefined,
  name: string,
): HardPair[] {
  if (!(rows instanceof Uint32Array && similarity instanceof Float32Array)) {
    throw new Error(`the answer has no ${name}`);
  }
  return Array.from(similarity, (value, i) => ({
    first: rows[2 * i]!,
    second: rows[2 * i + 1]!,
    similarity: value,
  }));
}
