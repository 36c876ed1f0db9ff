import fc from "fast-check";
import { describe, expect, it } from "vitest";
import texts from "../../../test/golden/textCaptions.json" with { type: "json" };
import golden from "../../../test/golden/textTokens.json" with { type: "json" };
import { InputError } from "../../base/index.ts";
import { prepareText } from "./encoders/registry.ts";
import { ngramBuckets } from "./ngrams.ts";
import { normalizeText } from "./normalize.ts";
import { prepareQueries, type TextPreparationDescription, textPreparationFrom } from "./preparation.ts";
import { textEncoderSchema, textPreparationSchema } from "./textSchema.ts";

const { nasty } = texts;

const ngrams: TextPreparationDescription = {
  ...{ kind: "ngrams", normalization: "nfkc-lower", hash: "fnv1a-32", sizes: [3], buckets: 1000, length: 6 },
};

describe("a text, normalised", () => {
  it("stays as it is when that is done again, has no white space but single spaces, and is well formed", () => {
    const nastier = [...nasty.flatMap((each) => [...each]), "\ud800", "\udc00", "J\u030c", "\t", " "];
    const text = fc.oneof(
      fc.array(fc.nat(0x10ffff)).map((points) => String.fromCodePoint(...points)),
      fc.array(fc.constantFrom(...nastier)).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (given) => {
        const once = normalizeText(given);
        expect(normalizeText(once)).toBe(once);
        expect(once.isWellFormed()).toBe(true);
        expect(once).toBe(once.trim().split(/\s+/u).join(" "));
      }),
    );
  });
});

/** Hashes of a word and of its n-grams of one length; without its `<` and `>`, which are n-grams' alone. */
function hashes(marked: string, size: number): number[] {
  return ngramBuckets(marked.slice(1, -1), { sizes: [size], buckets: 2 ** 32 });
}

describe("n-grams", () => {
  it("have FNV-1a's published values", () => {
    // http://www.isthe.com/chongo/src/fnv/test_fnv.c
    expect(hashes("<foobar>", 6)).toContain(0xbf9cf968);
    expect(hashes("<foobar>", 1)).toContain(0xe40c292c);
  });

  it("of nasty texts are those that a plain implementation in Python finds", () => {
    const { sizes, buckets, found } = golden.ngrams;
    for (const [i, text] of nasty.entries())
      expect(ngramBuckets(text, { sizes, buckets }), JSON.stringify(text)).toEqual(found[i]);
  });
});

describe("a preparation of texts", () => {
  it("fills a row with ids and a mask, and cuts and counts what is longer", () => {
    const { ports, cut } = textPreparationFrom(ngrams).prepare([
      "Ab c",
      "",
      "x".repeat(10_000),
      "👩🏽‍🚀".repeat(3_000),
    ]);
    const bucket = (gram: string): bigint => {
      const hash = [...new TextEncoder().encode(gram)].reduce(
        (value, byte) => ((value ^ BigInt(byte)) * 0x01000193n) % 2n ** 32n,
        0x811c9dc5n,
      );
      return hash % 1000n;
    };
    expect(ports.ids!.shape).toEqual([4, 6]);
    const ids = [...(ports.ids!.data as BigInt64Array)];
    expect(ids.slice(0, 6)).toEqual([..."<ab> <ab ab> <c>".split(" ").map(bucket), 0n, 0n]);
    expect([...(ports.mask!.data as Float32Array)]).toEqual([
      1,
      1,
      1,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...Array(12).fill(1),
    ]);
    expect(cut).toBe(2);
  });

  it("refuses an empty query", () => {
    const preparation = textPreparationFrom(ngrams);
    expect(prepareQueries(preparation, ["ok"]).cut).toBe(0);
    for (const empty of ["", " \t\n", "\u3000", "\ufeff"]) {
      expect(() => prepareQueries(preparation, ["ok", empty])).toThrow(InputError);
      expect(() => prepareQueries(preparation, ["ok", empty])).toThrow(
        "is empty, expected at least one character",
      );
    }
  });

  it("is made anew of its description and its tokenizer, and takes no other", async () => {
    const captions = ["a red car", "a blue car on the road", "赤い車"];
    const made = await prepareText(captions, { name: "transformer", vocabulary: 280 });
    const description = textPreparationSchema.parse(JSON.parse(JSON.stringify(made.description)));
    const again = textPreparationFrom(description, made.tokenizer);
    expect(again.prepare(nasty)).toEqual(made.prepare(nasty));
    expect(made.prepare(captions).cut).toBe(0);
    // The longest caption fills its row.
    expect(Math.max(...captions.map((text) => made.idsOf(text).length))).toBe(made.description.length);

    expect(() => textPreparationFrom(description)).toThrow("its tokenizer.json is missing");
    const other = await prepareText([...captions, "a red road, a red road"], {
      ...{ name: "transformer", vocabulary: 280 },
    });
    for (const wrong of ["{}", other.tokenizer!, made.tokenizer!.slice(0, -1)])
      expect(() => textPreparationFrom(description, wrong)).toThrow(
        /^tokenizer.json has the checksum \w{8}, the text tower's has \w{8}: it is damaged or of another model/,
      );
  });

  it("takes for its length what is asked for, or what the longest caption needs within bounds", async () => {
    const lengthOf = async (texts: string[], length?: number) =>
      (await prepareText(texts, { name: "bag", sizes: [3], ...(length ? { length } : {}) })).description
        .length;
    expect(await lengthOf(["ab", "a"])).toBe(3);
    expect(await lengthOf(["ab", "a"], 9)).toBe(9);
    expect(await lengthOf(["x".repeat(10_000)])).toBe(512);
    expect(await lengthOf([])).toBe(1);
  });

  it("and an encoder's choice are read by their schemas", () => {
    expect(textPreparationSchema.parse(ngrams)).toEqual(ngrams);
    expect(textPreparationSchema.safeParse({ ...ngrams, hash: "md5" }).success).toBe(false);
    expect(textEncoderSchema.parse({ name: "bag", width: 64 })).toEqual({ name: "bag", width: 64 });
    expect(textEncoderSchema.safeParse({ name: "bag", heads: 4 }).success).toBe(false);
  });
});
