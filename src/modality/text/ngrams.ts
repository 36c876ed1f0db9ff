import { normalizeText, wordsOf } from "./normalize.ts";

/** How the n-grams of a text become numbers of buckets; stands in `model.json`. */
export interface NgramOptions {
  /** Lengths of n-grams, in code points of a word that stands between `<` and `>`. */
  readonly sizes: readonly number[];
  /** Number of buckets. */
  readonly buckets: number;
}

const encoder = new TextEncoder();

/** FNV-1a, 32 bits, of the bytes from one place to another. http://www.isthe.com/chongo/tech/comp/fnv */
function fnv1a32(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}

/**
 * The buckets of a text's features: of each word in its order, the word as a whole, `<word>`, then its shorter n-grams, size by size.
 * A bucket is `FNV-1a 32 of the UTF-8 mod buckets`.
 *
 * @see Bojanowski et al., "Enriching Word Vectors with Subword Information" (2017), https://arxiv.org/abs/1607.04606
 */
export function ngramBuckets(text: string, { sizes, buckets }: NgramOptions): number[] {
  const found: number[] = [];
  for (const word of wordsOf(normalizeText(text))) {
    const bytes = encoder.encode(`<${word}>`);
    // Where each code point begins, and the end: a byte 10xxxxxx begins none.
    const starts: number[] = [];
    for (const [i, byte] of bytes.entries()) if ((byte & 0xc0) !== 0x80) starts.push(i);
    starts.push(bytes.length);
    const characters = starts.length - 1;
    found.push(fnv1a32(bytes, 0, bytes.length) % buckets);
    for (const size of sizes) {
      // One as long as the word is the word.
      for (let i = 0; size < characters && i + size <= characters; i++)
        found.push(fnv1a32(bytes, starts[i]!, starts[i + size]!) % buckets);
    }
  }
  return found;
}
