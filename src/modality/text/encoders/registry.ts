import { Pacer } from "../../../base/pacer.ts";
import type { Tower } from "../../tower.ts";
import { type TextPreparation, textPreparationFrom, tokenizerChecksum } from "../preparation.ts";
import { trainTokenizer } from "../tokens/trainTokenizer.ts";
import { type BagEncoderOptions, bagDefaults, bagTower } from "./bag.ts";
import { type TransformerEncoderOptions, transformerDefaults, transformerTower } from "./transformer.ts";

/** A text encoder by its name, and what it is made with. */
export type TextEncoderChoice =
  | ({ readonly name: "bag" } & BagEncoderOptions)
  | ({ readonly name: "transformer" } & TransformerEncoderOptions);

export type TextEncoderName = TextEncoderChoice["name"];

/** What there is to know of a text encoder before one is chosen. */
export interface TextEncoderEntry {
  readonly width: number;
  readonly depth: number;
  /** Most ids of a text where nothing else is said. */
  readonly mostLength: number;
  readonly goodFor: string;
}

/** The text encoders by name. */
export const textEncoders: Readonly<Record<TextEncoderName, TextEncoderEntry>> = {
  bag: {
    ...{ width: bagDefaults.width, depth: bagDefaults.depth, mostLength: 512 },
    goodFor: "names, tags and short captions in any language, and few captions: the one to try first",
  },
  transformer: {
    ...{ width: transformerDefaults.width, depth: transformerDefaults.depth, mostLength: 77 },
    goodFor: "sentences whose meaning hangs on the order of their words, with many captions",
  },
};

/**
 * The text encoder where none is chosen, by `npm run bench -- text`: names of 1,923 emoji in four languages are views of one concept,
 * and names in languages that were not trained on, and English tags, are to find the English name. After 60 processor seconds the bag
 * found 0.330 of the Italian names, 0.319 of the Portuguese ones and 0.368 of the tags, at 10.4 steps in a processor second; the
 * transformer 0.072, 0.048 and 0.046, at 1.1 (November 2026; chance 0.0005).
 */
export const defaultTextEncoder: TextEncoderName = "bag";

export interface PrepareTextOptions {
  readonly signal?: AbortSignal;
  /** Tokens found so far while a tokenizer is trained, and how many there may be. */
  readonly onProgress?: (found: number, most: number) => void;
}

/**
 * What is done to texts before a tower of this choice takes them: trains the tokenizer where there is to be one, and takes for the
 * length that of the longest caption where none is given. It yields to the event loop.
 *
 * @param texts all captions that the tower is to be trained on
 * @throws InputError for options out of range; AbortedError when the signal is aborted.
 */
export async function prepareText(
  texts: readonly string[],
  choice: TextEncoderChoice,
  options: PrepareTextOptions = {},
): Promise<TextPreparation> {
  const most = choice.length ?? textEncoders[choice.name].mostLength;
  let preparation: TextPreparation;
  if (choice.name === "bag") {
    const { buckets = bagDefaults.buckets, sizes = bagDefaults.sizes } = choice;
    preparation = textPreparationFrom({
      ...{ kind: "ngrams", normalization: "nfkc-lower", hash: "fnv1a-32", sizes, buckets, length: most },
    });
  } else {
    const { vocabulary: largest = transformerDefaults.vocabulary } = choice;
    const tokenizer = await trainTokenizer(texts, { vocabulary: largest, ...options });
    const vocabulary = Object.keys(JSON.parse(tokenizer).model.vocab).length;
    preparation = textPreparationFrom(
      { kind: "tokens", length: most, vocabulary, tokenizer: tokenizerChecksum(tokenizer) },
      tokenizer,
    );
  }
  if (choice.length !== undefined) return preparation;
  const pacer = new Pacer(options.signal);
  let longest = 1;
  for (const text of texts) {
    if (pacer.due()) await pacer.pause();
    longest = Math.max(longest, preparation.idsOf(text).length);
    if (longest >= most) return preparation;
  }
  return textPreparationFrom({ ...preparation.description, length: longest }, preparation.tokenizer);
}

/**
 * The text encoder of a choice as a tower.
 *
 * @throws InputError when it cannot take what the preparation gives.
 */
export function textTower(choice: TextEncoderChoice, preparation: TextPreparation): Tower {
  return choice.name === "bag" ? bagTower(choice, preparation) : transformerTower(choice, preparation);
}
