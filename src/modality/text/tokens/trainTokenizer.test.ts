import { Tokenizer } from "@huggingface/tokenizers";
import { describe, expect, it } from "vitest";
import texts from "../../../../test/golden/textCaptions.json" with { type: "json" };
import golden from "../../../../test/golden/textTokens.json" with { type: "json" };
import { normalizeText } from "../normalize.ts";
import { textPreparationFrom, tokenizerChecksum } from "../preparation.ts";
import { trainTokenizer } from "./trainTokenizer.ts";

const { captions, nasty } = texts;

describe("a tokenizer trained on captions of many languages", async () => {
  const file = await trainTokenizer(captions, { vocabulary: 420 });

  it("is the file that textTokens.py read", async () => {
    await expect(`${file}\n`).toMatchFileSnapshot("../../../../test/golden/textTokenizer.json");
  });

  it("has the merges and the vocabulary that Hugging Face's trainer finds", () => {
    const { merges, vocab } = JSON.parse(file).model;
    expect(merges).toEqual(golden.merges);
    expect(Object.keys(vocab)).toHaveLength(golden.vocabulary);
    expect(Object.values<number>(vocab).sort((a, b) => a - b)).toEqual([...Array(golden.vocabulary).keys()]);
  });

  it("does not depend on the captions' order", async () => {
    expect(await trainTokenizer(captions.toReversed(), { vocabulary: 420 })).toBe(file);
  });

  it("encodes as Python's tokenizers does, normalised by us or by the file itself", () => {
    const { idsOf } = textPreparationFrom(
      { kind: "tokens", length: 8, vocabulary: golden.vocabulary, tokenizer: tokenizerChecksum(file) },
      file,
    );
    const tokenizer = new Tokenizer(JSON.parse(file), {});
    for (const [i, text] of nasty.entries()) {
      expect(idsOf(text), JSON.stringify(text)).toEqual(golden.tokens[i]);
      if (text !== "") expect(tokenizer.encode(text).ids, JSON.stringify(text)).toEqual(golden.tokens[i]);
    }
  });

  it("gives back what was encoded, whatever the language", () => {
    const tokenizer = new Tokenizer(JSON.parse(file), {});
    for (const text of [...captions, ...nasty].map(normalizeText).filter((text) => text !== "")) {
      const { ids } = tokenizer.encode(text);
      expect(tokenizer.decode(ids, { clean_up_tokenization_spaces: false })).toBe(` ${text}`);
    }
  });
});

describe("training a tokenizer", () => {
  it("leaves out what is seen once, and stops at the vocabulary", async () => {
    const model = async (vocabulary: number) =>
      JSON.parse(await trainTokenizer(["abc", "abd", "x"], { vocabulary })).model;
    expect((await model(1000)).merges).toEqual([
      ["a", "b"],
      ["Ġ", "ab"],
    ]);
    expect((await model(258)).merges).toHaveLength(1);
    expect((await model(257)).merges).toEqual([]);
    await expect(trainTokenizer([], { vocabulary: 256 })).rejects.toThrow(
      "a vocabulary of 256 was asked for, expected a whole number of at least 257",
    );
  });

  it("yields, tells how far it is, and stops when it is told to", async () => {
    const texts = Array.from(
      { length: 5_000 },
      (_, i) => `word${(i * 7919) % 10_007} ${i % 313} of ${i % 97}x`,
    );
    let timers = 0;
    const timer = setInterval(() => timers++, 1);
    const told: number[] = [];
    await trainTokenizer(texts, { onProgress: (found) => told.push(found) });
    clearInterval(timer);
    expect(timers).toBeGreaterThan(0);
    expect(told.length).toBeGreaterThan(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    const stop = new AbortController();
    const stopped = trainTokenizer(texts, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toThrow("stopped: its signal was aborted");
  });
});
