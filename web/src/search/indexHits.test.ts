import fc from "fast-check";
import { expect, it } from "vitest";
import { checkFilter, itemColumns } from "../../../src/retrieval/index.ts";
import { classFilter, faultOf, hitsOf } from "./indexHits.ts";

const hit = { label: null, path: null, split: null, similarity: 0.5, row: null };

it("gives each hit its own preview", () => {
  const mediaTypes = ["image/webp", "", "text/plain"];
  const hits = hitsOf({
    head: { type: "hits", mediaTypes, hits: ["a", "b", "c"].map((id) => ({ id, ...hit })) } as {
      type: string;
    },
    arrays: { files: Uint8Array.of(1, 2, 3, 4), ends: Uint32Array.of(3, 3, 4) },
  });
  expect(hits.map(({ preview }) => preview)).toEqual([
    { mediaType: "image/webp", bytes: Uint8Array.of(1, 2, 3) },
    null,
    { mediaType: "text/plain", bytes: Uint8Array.of(4) },
  ]);
});

it("shows where a filter is wrong", () => {
  const filter = "label = 'ün' and colour = 1";
  let reason = "";
  try {
    checkFilter(filter, itemColumns);
  } catch (error) {
    reason = (error as Error).message;
  }
  expect(faultOf(filter, reason)).toMatchObject({ before: "label = 'ün' and ", rest: "colour = 1" });
  expect(faultOf(filter, "the server does not answer")).toBeNull();
});

it("makes of any class's name a filter that stands", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (name) => {
      expect(() => checkFilter(classFilter(name), itemColumns)).not.toThrow();
    }),
  );
});
