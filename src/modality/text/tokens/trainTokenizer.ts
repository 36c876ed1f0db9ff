import { InputError } from "../../../base/index.ts";
import { Pacer } from "../../../base/pacer.ts";
import { normalizeText, spacedWord } from "../normalize.ts";
import { byteCharacters, byteText } from "./bytes.ts";
import { PairQueue } from "./pairQueue.ts";
import { padToken, tokenizerFile } from "./tokenizerFile.ts";

export interface TokenizerTraining {
  /**
   * Most tokens in the vocabulary, of which 257 are the padding and the bytes. Default 8192: captions have few words, and the
   * token table stays about as large as the rest of a small transformer.
   */
  readonly vocabulary?: number;
  /** How often a pair must be seen to become a token. Default 2: what is seen once says nothing of other captions. */
  readonly leastCount?: number;
  readonly signal?: AbortSignal;
  /** Tokens found so far, and how many there may be. */
  readonly onProgress?: (found: number, most: number) => void;
}

const piecePattern = new RegExp(spacedWord, "gu");

/**
 * Trains a byte-level BPE tokenizer on captions and returns it as the text of a `tokenizer.json`.
 *
 * Byte-level BPE and not WordPiece: its alphabet is the 256 bytes, so that no character of any language and no emoji is unknown,
 * and a character that was never seen costs a few tokens; WordPiece makes the whole word unknown. Merges are found as by Hugging Face's
 * `BpeTrainer`, equal counts by the lower token first, so that the same captions in any order give the same file. It yields to the
 * event loop.
 *
 * @throws InputError for a vocabulary that does not hold the bytes; AbortedError when the signal is aborted.
 * @see Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units" (2016), https://arxiv.org/abs/1508.07909
 */
export async function trainTokenizer(
  texts: Iterable<string>,
  options: TokenizerTraining = {},
): Promise<string> {
  const { vocabulary = 8192, leastCount = 2, signal, onProgress } = options;
  const symbols = [padToken, ...byteCharacters.toSorted()];
  if (!(Number.isInteger(vocabulary) && vocabulary >= symbols.length)) {
    throw new InputError(
      `a vocabulary of ${vocabulary} was asked for, expected a whole number of at least ${symbols.length}: padding and the 256 bytes`,
    );
  }
  const pacer = new Pacer(signal);
  pacer.throwIfAborted();
  const { words, counts } = await countedWords(texts, symbols, pacer);
  const merges: [string, string][] = [];
  const pairs = new Pairs(words, counts);
  const known = new Map(symbols.map((symbol, id) => [symbol, id]));
  while (symbols.length < vocabulary) {
    if (pacer.due()) {
      onProgress?.(symbols.length, vocabulary);
      await pacer.pause();
    }
    const pair = pairs.mostFrequent();
    if (!pair || pair.count < leastCount) break;
    const [left, right] = [symbols[pair.left]!, symbols[pair.right]!];
    merges.push([left, right]);
    // Two pairs may make the same token, as "ab" + "c" and "a" + "bc".
    const joined = left + right;
    const token = known.get(joined) ?? symbols.length;
    if (token === symbols.length) {
      known.set(joined, token);
      symbols.push(joined);
    }
    pairs.merge(pair.left, pair.right, token);
  }
  onProgress?.(symbols.length, vocabulary);
  return tokenizerFile(symbols, merges);
}

/** Each word that occurs as its symbols, and how often it does. */
async function countedWords(
  texts: Iterable<string>,
  symbols: readonly string[],
  pacer: Pacer,
): Promise<{ words: number[][]; counts: number[] }> {
  const idOf = new Map(symbols.map((symbol, id) => [symbol, id]));
  const seen = new Map<string, number>();
  for (const text of texts) {
    if (pacer.due()) await pacer.pause();
    // A space first, so that a word is the same at the beginning and within.
    for (const piece of ` ${normalizeText(text)}`.match(piecePattern) ?? [])
      seen.set(piece, (seen.get(piece) ?? 0) + 1);
  }
  const words = Array.from(seen.keys(), (piece) =>
    Array.from(byteText(piece), (character) => idOf.get(character)!),
  );
  return { words, counts: [...seen.values()] };
}

/** How often each pair of neighbours occurs, kept up to date while pairs are merged. */
class Pairs {
  readonly #words: number[][];
  readonly #counts: readonly number[];
  readonly #seen = new Map<number, number>();
  /** Words that had the pair when it was last looked at. */
  readonly #places = new Map<number, Set<number>>();
  readonly #queue = new PairQueue();

  constructor(words: number[][], counts: readonly number[]) {
    this.#words = words;
    this.#counts = counts;
    for (const index of words.keys()) this.#count(index, 1);
    for (const [key, count] of this.#seen) this.#enqueue(key, count);
  }

  /** The next pair to merge, with its count of now. */
  mostFrequent(): { left: number; right: number; count: number } | undefined {
    for (let top = this.#queue.pop(); top; top = this.#queue.pop()) {
      const count = this.#seen.get(keyOf(top.left, top.right)) ?? 0;
      if (count === top.count) return top;
      if (count > 0) this.#queue.push({ ...top, count });
    }
    return undefined;
  }

  merge(left: number, right: number, token: number): void {
    const grown = new Set<number>();
    for (const index of this.#places.get(keyOf(left, right)) ?? []) {
      const symbols = this.#words[index]!;
      const joined: number[] = [];
      for (let i = 0; i < symbols.length; i++) {
        const found = symbols[i] === left && symbols[i + 1] === right;
        joined.push(found ? token : symbols[i]!);
        if (found) i++;
      }
      if (joined.length === symbols.length) continue;
      this.#count(index, -1);
      this.#words[index] = joined;
      this.#count(index, 1);
      // Only pairs with the new token can have become more frequent.
      for (const [i, symbol] of joined.entries()) {
        if (symbol !== token) continue;
        if (i > 0) grown.add(keyOf(joined[i - 1]!, symbol));
        if (i + 1 < joined.length) grown.add(keyOf(symbol, joined[i + 1]!));
      }
    }
    this.#places.delete(keyOf(left, right));
    this.#seen.delete(keyOf(left, right));
    for (const key of grown) {
      const count = this.#seen.get(key);
      if (count) this.#enqueue(key, count);
    }
  }

  /** Adds a word's pairs to the counts, or takes them away. */
  #count(index: number, sign: 1 | -1): void {
    const symbols = this.#words[index]!;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const key = keyOf(symbols[i]!, symbols[i + 1]!);
      this.#seen.set(key, (this.#seen.get(key) ?? 0) + sign * this.#counts[index]!);
      if (sign < 0) continue;
      const places = this.#places.get(key);
      if (places) places.add(index);
      else this.#places.set(key, new Set([index]));
    }
  }

  #enqueue(key: number, count: number): void {
    this.#queue.push({ left: Math.floor(key / 2 ** 24), right: key % 2 ** 24, count });
  }
}

/** Two symbols as one number; a vocabulary has fewer than 2^24. */
function keyOf(left: number, right: number): number {
  return left * 2 ** 24 + right;
}
