import { Tokenizer } from "@huggingface/tokenizers";
import { allocate, InputError } from "../base/index.ts";
import type { Ports } from "../data/column.ts";
import type { TokensInput } from "./manifest.ts";

/** What a text is: something that is looked for, or something that is found. */
export type TextRole = "query" | "document";

/** Tokens of several texts. */
export interface TokenBatch {
  readonly ports: Ports;
  /** Texts that were longer than the tower takes, and were cut at their end. */
  readonly cut: number;
}

/** Makes texts into the token ids that a pretrained tower takes. */
export class TextTokens {
  readonly #tokenizer: Tokenizer;
  readonly #input: TokensInput;
  readonly #name: string;

  /**
   * @param tokenizer content of `tokenizer.json`
   * @param config content of `tokenizer_config.json`
   * @param name what messages call the tokenizer, such as its path
   * @throws InputError when the tokenizer cannot be used, or is of a model with more tokens.
   */
  constructor(tokenizer: object, config: object, input: TokensInput, name: string) {
    this.#tokenizer = openTokenizer(tokenizer, config, name);
    this.#input = input;
    this.#name = name;
    let most = 0;
    for (const id of this.#tokenizer.get_vocab(false).values()) most = Math.max(most, id);
    if (most >= input.vocabulary) throw this.#ofOther(most);
  }

  /** Texts with the prefix of their role before them, cut and padded. */
  batch(texts: readonly string[], role: TextRole): TokenBatch {
    const { maxLength, pad, ports, empty, prefixes } = this.#input;
    const rows = texts.map((text) => this.#ids(prefixes[role] + text));
    const length = pad.to === "max" ? maxLength : Math.max(1, ...rows.map(({ ids }) => ids.length));
    const made: Record<string, Ports[string]> = {};
    for (const { name, dtype } of ports) {
      const data = allocate(dtype, rows.length * length);
      const put = (at: number, value: number): void => {
        if (data instanceof BigInt64Array) data[at] = BigInt(value);
        else data[at] = value;
      };
      for (const [row, { ids }] of rows.entries()) {
        const before = pad.side === "left" ? length - ids.length : 0;
        for (let i = 0; i < length; i++) {
          const id = ids[i - before];
          if (name === "input_ids") put(row * length + i, id ?? pad.id);
          else put(row * length + i, name === "attention_mask" && id !== undefined ? 1 : 0);
        }
      }
      made[name] = { dtype, shape: [rows.length, length], data };
    }
    for (const { name, width } of empty) {
      made[name] = { dtype: "float32", shape: [0, width], data: new Float32Array(0) };
    }
    return { ports: made, cut: rows.filter((row) => row.cut).length };
  }

  /** The tokens that a text begins and ends with stay where it is cut, as the tokenizers of transformers keep them. */
  #ids(text: string): { readonly ids: readonly number[]; readonly cut: boolean } {
    const { maxLength, vocabulary } = this.#input;
    let ids: readonly number[] = this.#tokenizer.encode(text).ids;
    const cut = ids.length > maxLength;
    if (cut) {
      const plain = this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
      const added = ids.length - plain.length;
      const before =
        Array.from({ length: added }, (_, i) => i).find((at) => startsAt(ids, plain, at)) ?? added;
      const after = added - before;
      ids = [...ids.slice(0, Math.max(before, maxLength - after)), ...ids.slice(ids.length - after)];
    }
    const unknown = ids.find((id) => !(id < vocabulary));
    if (unknown !== undefined) throw this.#ofOther(unknown);
    return { ids, cut };
  }

  #ofOther(id: number): InputError {
    return new InputError(
      `${this.#name} has a token of id ${id}, the model knows ids below ${this.#input.vocabulary}: it is the tokenizer of another model, take the one that belongs to it`,
    );
  }
}

function startsAt(ids: readonly number[], plain: readonly number[], at: number): boolean {
  return plain.every((id, i) => ids[at + i] === id);
}

function openTokenizer(tokenizer: object, config: object, name: string): Tokenizer {
  try {
    return new Tokenizer(tokenizer, config);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    throw new InputError(
      `${name} cannot be used (${reason}), expected a tokenizer.json of Hugging Face's tokenizers`,
      {
        cause: error,
      },
    );
  }
}
