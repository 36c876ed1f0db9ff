import { describe, expect, it } from "vitest";
import type { Ports } from "../../data/column.ts";
import { modalityNamed } from "../modality.ts";
import { captionFacts, captionProblem, countCut } from "./captionFacts.ts";
import { textPreparationFrom } from "./preparation.ts";
import { textColumn, variedTexts } from "./textColumn.ts";

const preparation = textPreparationFrom({
  ...{ kind: "ngrams", normalization: "nfkc-lower", hash: "fnv1a-32", sizes: [3], buckets: 997, length: 12 },
});
const texts = [["one", "uno", "un"], [], ["two words here", "  "], [""], ["four"]];
const column = textColumn("numbers", texts, preparation);

/** Which of these texts each row of the ports is. */
function drawn({ ids }: Ports, among: readonly string[]): (string | undefined)[] {
  const [rows, length] = ids!.shape as [number, number];
  const key = (data: ArrayLike<number | bigint>, row: number): string =>
    Array.from(data)
      .slice(row * length, (row + 1) * length)
      .join();
  return Array.from({ length: rows }, (_, row) =>
    among.find((text) => key(preparation.prepare([text]).ports.ids!.data, 0) === key(ids!.data, row)),
  );
}

describe("a column of texts", () => {
  it("gives the first text of each row, and lacks those that have none", () => {
    expect(modalityNamed("text").items).toBe("texts");
    expect(column).toMatchObject({ name: "numbers", modality: "text", count: 5 });
    expect([0, 1, 2, 3, 4, 5].map((row) => column.has(row))).toEqual([true, false, true, false, true, false]);
    expect(column.gather(Uint32Array.of(4, 0))).toEqual(preparation.prepare(["four", "one"]).ports);
    expect(() => column.gather(Uint32Array.of(0, 3))).toThrow("row 3 of numbers has no text");
  });

  it("shows an excerpt, and whole characters of it", () => {
    const long = textColumn("long", [["😀".repeat(5000)]], preparation);
    const shown = (of: typeof column, row: number) => new TextDecoder().decode(of.preview(row).bytes);
    expect(column.preview(0).mediaType).toBe("text/plain");
    expect(shown(column, 2)).toBe("two words here");
    expect(shown(long, 0)).toBe(`${"😀".repeat(199)}…`);
  });

  it("has another fingerprint when a text is another", () => {
    const of = (rows: string[][]) => textColumn("any", rows, preparation).fingerprint();
    expect(of([["a"], ["b"]])).toBe(of([["a"], ["b"]]));
    expect(new Set([of([["a"], ["b"]]), of([["b"], ["a"]]), of([["a", "b"]]), of([["a"], ["c"]])]).size).toBe(
      4,
    );
  });

  it("draws each of a row's texts by seed, epoch and batch", async () => {
    const rows = new Uint32Array(300);
    const varied = column.vary(column, 7);
    const first = await varied.gather(rows, 1, 2);
    expect(await column.vary(column, 7).gather(rows, 1, 2)).toEqual(first);
    const found = drawn(first, texts[0]!);
    for (const text of texts[0]!) {
      const share = found.filter((each) => each === text).length / 300;
      expect(share).toBeGreaterThan(0.23);
      expect(share).toBeLessThan(0.43);
    }
    for (const other of [
      varied.gather(rows, 2, 2),
      varied.gather(rows, 1, 3),
      column.vary(column, 8).gather(rows, 1, 2),
    ])
      expect(await other).not.toEqual(first);
  });

  it("drops one word of several where that is asked for", async () => {
    const rows = Uint32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 2 : 4));
    const found = drawn(await variedTexts({ dropWord: 0.5 })(column, 1).gather(rows, 1, 1), [
      ...["two words here", "words here", "two here", "two words", "four"],
    ]);
    expect(found.filter((_, i) => i % 2 === 1)).toEqual(Array(100).fill("four"));
    const whole = found.filter((text) => text === "two words here").length;
    expect(whole).toBeGreaterThan(30);
    expect(whole).toBeLessThan(70);
    expect(new Set(found)).toEqual(
      new Set(["two words here", "words here", "two here", "two words", "four"]),
    );
    expect(() => variedTexts({ dropWord: 2 })).toThrow("dropWord is 2, expected a probability from 0 to 1");
  });
});

describe("facts of captions", () => {
  it("count rows, captions and different ones, whatever their letters", () => {
    expect(captionFacts([["A cat"], ["a  CAT", ""], [" "], [], ["dog", "a cat"]])).toEqual({
      ...{ rows: 5, without: 2, captions: 4, distinct: 2, mostFrequent: { text: "a cat", count: 3 } },
    });
  });

  it("say in one line why nothing can be learned of them", () => {
    const problem = (rows: string[][]) => captionProblem(captionFacts(rows), "caption");
    expect(problem([["a"], ["b"]])).toBeNull();
    expect(problem([[""], [" "], []])).toBe(
      "the column caption has no caption in any of 3 rows, expected some text: name another column, or leave the text out",
    );
    expect(problem([["A photo"], ["a photo"]])).toBe(
      'all 2 captions of the column caption are "a photo", and nothing can be told by them: name another column, or leave the text out',
    );
  });

  it("count the texts that a tower cuts", () => {
    expect(countCut(["short", "x".repeat(10_000), "y".repeat(20)], preparation)).toBe(2);
  });
});
