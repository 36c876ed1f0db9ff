import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fields, Rng } from "../../src/base/index.ts";
import { ItemIndex } from "../../src/platform/node/itemIndex/itemIndex.ts";
import type { IndexedItem, IndexInfo } from "../../src/retrieval/index.ts";

/**
 * A modality that Kindred does not know: points in the plane, embedded as the points of a circle that they lie behind, and
 * shown by a line of text.
 */
interface Point {
  readonly x: number;
  readonly y: number;
}

const info: IndexInfo = {
  format: 2,
  fingerprint: "f".repeat(64),
  dim: 3,
  metric: "cosine",
  modalities: [
    { modality: "points", encoder: "circle", inputShape: [2], preprocessing: { origin: [0, 0], unit: "cm" } },
  ],
  run: null,
  kindred: "0.0.0",
  made: "2026-11-29T00:00:00.000Z",
};

const embed = ({ x, y }: Point): Float32Array => Float32Array.of(x, y, 0.1);
const textOf = ({ x, y }: Point): string => `(${x.toFixed(2)}, ${y.toFixed(2)})`;

function itemOf(id: string, point: Point, fields: Fields = {}): IndexedItem {
  return {
    ...{ id, modality: "points", label: point.x > 0 ? "right" : "left", path: null, split: null },
    ...{ hash: textOf(point), vector: embed(point), fields },
    preview: { mediaType: "text/plain", bytes: new TextEncoder().encode(textOf(point)) },
  };
}

async function* inOnePart(items: readonly IndexedItem[]): AsyncGenerator<readonly IndexedItem[]> {
  yield items;
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-points-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const points = Array.from({ length: 60 }, (_, i): Point => {
  const rng = Rng.of(5, "point", i);
  return { x: rng.uniform(-1, 1), y: rng.uniform(-1, 1) };
});
/** The angle of each, in degrees, is what its vector hangs on. */
const nearest = (to: Point, from: readonly number[], k: number): string[] => {
  const cosine = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b));
  return from
    .map((i) => ({ id: `p${i}`, similarity: cosine(embed(points[i]!), embed(to)) }))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, k)
    .map(({ id }) => id);
};
const year = (i: number): number => 2000 + i;

describe("points in the plane, a modality of a test", () => {
  const path = () => join(folder, "points.lance");
  const query: Point = { x: 0.6, y: -0.4 };
  const all = [...points.keys()];

  it("are indexed with fields, searched, filtered and shown", async () => {
    const items = points.map((point, i) =>
      itemOf(`p${i}`, point, { year: year(i), Ink: i % 2 === 0 ? "red" : null, "in use": i % 3 === 0 }),
    );
    const index = await ItemIndex.create(path(), info, inOnePart(items));
    expect(index.info).toEqual(info);
    expect(index.fields).toEqual({ year: "number", Ink: "text", "in use": "truth" });
    const hits = await index.search(embed(query), { k: 5, previews: true });
    expect(hits.map(({ id }) => id)).toEqual(nearest(query, all, 5));
    for (const { id, modality, preview, fields } of hits) {
      const i = Number(id.slice(1));
      expect(modality).toBe("points");
      expect(fields).toEqual({ year: year(i), Ink: i % 2 === 0 ? "red" : null, "in use": i % 3 === 0 });
      expect(preview?.mediaType).toBe("text/plain");
      expect(new TextDecoder().decode(preview?.bytes)).toBe(textOf(points[i]!));
    }
    for (const [where, passing] of [
      ["year > 2020", all.filter((i) => year(i) > 2020)],
      [
        "YEAR BETWEEN 2010 AND 2019 AND label = 'left'",
        all.filter((i) => i >= 10 && i < 20 && points[i]!.x <= 0),
      ],
      ["ink = 'red' AND NOT `in use`", all.filter((i) => i % 2 === 0 && i % 3 !== 0)],
      ["ink IS NULL AND modality = 'points'", all.filter((i) => i % 2 === 1)],
      ["year % 10 = 7", all.filter((i) => i % 10 === 7)],
    ] as const) {
      expect(await index.count(where), where).toBe(passing.length);
      const found = await index.search(embed(query), { k: 60, where });
      expect(
        found.map(({ id }) => id),
        where,
      ).toEqual(nearest(query, passing, 60));
    }
    index.close();
  });

  it("gain fields with additions, and keep what a field holds", async () => {
    const index = await ItemIndex.open(path());
    await index.add(inOnePart([itemOf("q", query, { year: 1999, "in use": true, author: "Ada" })]));
    await index.add(inOnePart([itemOf("q", query, { author: "Ada" })]));
    expect(index.fields).toEqual({ year: "number", Ink: "text", "in use": "truth", author: "text" });
    expect(await index.count("author IS NULL")).toBe(60);
    const [record] = await index.get(["q"]);
    expect(record!.fields).toEqual({ year: null, Ink: null, "in use": null, author: "Ada" });
    for (const [fields, message] of [
      [
        { year: "long ago" },
        'the field year of the item r is text ("long ago"), expected a number, as that field of other items is: give it another name',
      ],
      [
        { Year: 3 },
        "the field Year of the item r differs from the field year in case only: give it that name",
      ],
      [
        { year: Number.NaN },
        "the field year of the item r is NaN, expected text, a finite number, true, false or null",
      ],
      [
        { Hash: "x" },
        "the field Hash of the item r cannot be kept, as its name is that of a column that every index has: give it another name",
      ],
      [
        { "a.b": 1 },
        "the field a.b of the item r cannot be kept, as its name begins with _, or has a dot, a backtick or a control character: give it another name",
      ],
    ] as const) {
      await expect(index.add(inOnePart([itemOf("new", query), itemOf("r", query, fields)]))).rejects.toThrow(
        message,
      );
    }
    await expect(index.add(inOnePart([{ ...itemOf("r", query), modality: "image" }]))).rejects.toThrow(
      "the item r is of the modality image, expected one that the index's model embeds: points",
    );
    expect(await index.count()).toBe(61);
    await expect(index.search(embed(query), { where: "yeer > 2020" })).rejects.toThrow(
      "there is no column yeer, there are id, modality, label, path, split, hash, year, Ink, `in use`, author",
    );
    index.close();
    const again = await ItemIndex.open(path());
    expect(again.fields).toEqual(index.fields);
    expect(await again.delete({ where: "author = 'Ada'" })).toBe(1);
    again.close();
  });
});
