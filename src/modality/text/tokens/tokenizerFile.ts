import { spacedWord, spaces } from "../normalize.ts";

/** The token that fills a text up to the length of its row: no text is encoded to it. */
export const padToken = "[PAD]";

/**
 * The text of a standard `tokenizer.json`, which `@huggingface/tokenizers`, Python's `tokenizers` and transformers read with the
 * same ids: {@link normalizeText} by its steps, words with the space before them, their bytes, and the merges.
 *
 * @param symbols tokens by id
 */
export function tokenizerFile(
  symbols: readonly string[],
  merges: readonly (readonly [string, string])[],
): string {
  const replace = (pattern: string, content: string) => ({
    type: "Replace",
    pattern: { Regex: pattern },
    content,
  });
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "NFKC" },
        { type: "Lowercase" },
        replace("ς", "σ"),
        { type: "NFC" },
        replace(spaces, " "),
        { type: "Strip", strip_left: true, strip_right: true },
        { type: "Prepend", prepend: " " },
      ],
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        {
          type: "Split",
          pattern: { Regex: spacedWord },
          behavior: "Isolated",
          invert: false,
        },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      // Not an object literal: a token may be called __proto__.
      vocab: Object.fromEntries(symbols.map((symbol, id) => [symbol, id])),
      merges,
    },
  });
}
