import { Tokenizer } from "@huggingface/tokenizers";
import { crc32, InputError } from "../../base/index.ts";
import type { Port, Ports } from "../../data/column.ts";
import { ngramBuckets } from "./ngrams.ts";
import { normalizeText, requireText } from "./normalize.ts";

/** What is done to a text before a tower takes it, as `model.json` has it. */
export type TextPreparationDescription =
  | {
      readonly kind: "ngrams";
      /** NFKC and small letters, see `normalizeText`. */
      readonly normalization: "nfkc-lower";
      readonly hash: "fnv1a-32";
      readonly sizes: readonly number[];
      readonly buckets: number;
      /** Most features of a text. */
      readonly length: number;
    }
  | {
      readonly kind: "tokens";
      /** Most tokens of a text. */
      readonly length: number;
      /** Tokens in the tokenizer's vocabulary. */
      readonly vocabulary: number;
      /** CRC-32 of `tokenizer.json`, 8 hexadecimal digits: another one with as many tokens would be taken for it. */
      readonly tokenizer: string;
    };

/** Texts as a tower takes them. */
export interface PreparedTexts {
  readonly ports: Ports;
  /** How many of them were longer than the tower takes, and were cut. */
  readonly cut: number;
}

/**
 * From texts to what a text tower takes: `ids` int64 `[length]` and `mask` float32 `[length]`, 1 where there is an id and 0
 * behind the last one.
 */
export interface TextPreparation {
  readonly description: TextPreparationDescription;
  /** The text of `tokenizer.json`; null where none is needed. */
  readonly tokenizer: string | null;
  readonly ports: readonly Port[];
  /** All ids of a text, however long it is. */
  idsOf(text: string): readonly number[];
  /** An empty text has no id: see {@link prepareQueries}. */
  prepare(texts: readonly string[]): PreparedTexts;
}

/**
 * A preparation by its description, the same in Node and browsers.
 *
 * @param tokenizer the text of `tokenizer.json`, where the description's kind is `tokens`
 * @throws InputError when the tokenizer is missing, damaged or that of another model.
 */
export function textPreparationFrom(
  description: TextPreparationDescription,
  tokenizer: string | null = null,
): TextPreparation {
  const { length } = description;
  const idsOf =
    description.kind === "ngrams"
      ? (text: string) => ngramBuckets(text, description)
      : tokenIds(description.tokenizer, tokenizer);
  return {
    description,
    tokenizer: description.kind === "ngrams" ? null : tokenizer,
    ports: [
      { name: "ids", dtype: "int64", shape: [length] },
      { name: "mask", dtype: "float32", shape: [length] },
    ],
    idsOf,
    prepare: (texts) => {
      const ids = new BigInt64Array(texts.length * length);
      const mask = new Float32Array(texts.length * length);
      let cut = 0;
      for (const [row, text] of texts.entries()) {
        const found = idsOf(text);
        if (found.length > length) cut++;
        const kept = Math.min(found.length, length);
        for (let i = 0; i < kept; i++) ids[row * length + i] = BigInt(found[i]!);
        mask.fill(1, row * length, row * length + kept);
      }
      const shape = [texts.length, length];
      return {
        ports: { ids: { dtype: "int64", shape, data: ids }, mask: { dtype: "float32", shape, data: mask } },
        cut,
      };
    },
  };
}

/**
 * Texts to search for, as a tower takes them.
 *
 * @throws InputError for an empty one.
 */
export function prepareQueries(preparation: TextPreparation, texts: readonly string[]): PreparedTexts {
  for (const text of texts) requireText(text);
  return preparation.prepare(texts);
}

/** What a description calls a tokenizer by: the CRC-32 of its file's text. */
export function tokenizerChecksum(file: string): string {
  return crc32(new TextEncoder().encode(file)).toString(16).padStart(8, "0");
}

function tokenIds(checksum: string, file: string | null): (text: string) => readonly number[] {
  if (file === null)
    throw new InputError(
      "the text tower takes tokens and its tokenizer.json is missing: put back the file that was saved with the model",
    );
  const found = tokenizerChecksum(file);
  if (found !== checksum)
    throw new InputError(
      `tokenizer.json has the checksum ${found}, the text tower's has ${checksum}: it is damaged or of another model; put back the file that was saved with the model`,
    );
  const tokenizer = new Tokenizer(JSON.parse(file), {});
  return (text) => {
    // Normalised here as well: the file's own steps leave half a surrogate pair as it is, and give an empty text a space.
    const normalized = normalizeText(text);
    return normalized === "" ? [] : tokenizer.encode(normalized, { add_special_tokens: false }).ids;
  };
}
