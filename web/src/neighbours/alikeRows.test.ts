import fc from "fast-check";
import { expect, it } from "vitest";
import { alikeRows } from "./alikeRows.ts";

it("finds what a sort of all that may be found begins with", () => {
  const rows = fc.array(
    fc.record({ angle: fc.double({ min: -3, max: 3, noNaN: true }), label: fc.nat({ max: 3 }) }),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(
      rows,
      fc.integer({ min: 1, max: 12 }),
      fc.option(fc.nat({ max: 3 })),
      fc.option(fc.nat({ max: 39 })),
      fc.option(fc.record({ from: fc.nat({ max: 20 }), to: fc.nat({ max: 41 }) })),
      (all, k, label, self, within) => {
        const embeddings = Float32Array.from(all.flatMap(({ angle }) => [Math.cos(angle), Math.sin(angle)]));
        const labels = Int32Array.from(all, (row) => row.label);
        const found = alikeRows(
          { embedding: Float32Array.of(1, 0), self, k, label, within },
          embeddings,
          labels,
          labels[0]!,
        );
        const expected = [...all.keys()]
          .filter((row) => row !== self && (label === null || labels[row] === label))
          .filter((row) => within === null || (row >= within.from && row < within.to))
          .sort((a, b) => embeddings[2 * b]! - embeddings[2 * a]! || a - b)
          .slice(0, k);
        expect(found.map(({ row }) => row)).toEqual(expected);
        for (const { row, similarity, alike } of found) {
          expect(similarity).toBeCloseTo(embeddings[2 * row]!, 6);
          expect(alike).toBe(label !== null || labels[row] === labels[0]);
        }
      },
    ),
  );
});
