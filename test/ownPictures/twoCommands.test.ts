import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { ImageDataset } from "../../src/index.ts";
import { loadDataset } from "../../src/node.ts";
import {
  drawn,
  drawnFolder,
  type Shape,
  writeFiles,
} from "../../src/platform/node/pictures/drawnPictures.fixture.ts";
import { kindredOk, temporaryFolder } from "../cli/kindred.fixture.ts";

const folder = temporaryFolder();

/** What the second command finds, as its object says. */
interface Found {
  readonly rows: number;
  readonly searches: readonly {
    readonly query: string;
    readonly results: readonly {
      readonly label: string;
      readonly similarity: number;
      readonly path: string;
    }[];
  }[];
}

/** Trains on a folder, then searches in it by files: nothing else is told. */
async function trainAndSearch(data: string, run: string, queries: readonly string[]): Promise<Found> {
  const env = { KINDRED_CACHE: folder.at("cache") };
  await kindredOk(["train", "--data", data, "--out", run], { env });
  const { stdout } = await kindredOk(["search", "--run", run, "-k", "8", "--json", ...queries], { env });
  return JSON.parse(stdout) as Found;
}

/** Part of what was found that is of the kind asked for. */
function precision(found: Found, kindOf: (query: string) => string): number {
  const hits = found.searches.flatMap(({ query, results }) =>
    results.map(({ label }) => Number(label === kindOf(query))),
  );
  return hits.reduce((sum, hit) => sum + hit, 0) / hits.length;
}

/** The same of the pixels: pictures from `first` on are searched for among those before, by cosine similarity. */
function pixelPrecision({ pixels, labels, count }: ImageDataset, first: number, k: number): number {
  const row = (at: number): Uint8Array => pixels.subarray(at * 784, (at + 1) * 784);
  const dot = (a: Uint8Array, b: Uint8Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  let hits = 0;
  for (let query = first; query < count; query++) {
    const similarities = Array.from({ length: first }, (_, at) => ({
      at,
      similarity: dot(row(query), row(at)) / Math.sqrt(dot(row(at), row(at))),
    }));
    similarities.sort((a, b) => b.similarity - a.similarity);
    for (const { at } of similarities.slice(0, k)) hits += Number(labels[at] === labels[query]);
  }
  return hits / ((count - first) * k);
}

describe("a folder of one's own pictures, with two commands", () => {
  it("finds shapes in colour by a new drawing of each", async () => {
    const shapes: readonly Shape[] = ["disc", "bar", "cross"];
    const data = folder.at("shapes in colour");
    await writeFiles(data, await drawnFolder(shapes, 40, { format: "jpeg" }));
    const queries = shapes.map((shape) => folder.at(`a new ${shape}.png`));
    for (const [at, shape] of shapes.entries()) {
      await writeFiles(folder.at(), {
        [`a new ${shape}.png`]: await drawn(shape, 5_000 + at, { width: 90, height: 90 }),
      });
      expect(queries[at]).toContain(shape);
    }
    const found = await trainAndSearch(data, folder.at("shapes"), queries);
    expect(found.rows).toBe(120);
    expect(precision(found, (query) => /new (\w+)/.exec(query)![1]!)).toBeGreaterThan(0.9);
  });

  it("finds digits, as files of grey pictures, by digits that it has not seen", async () => {
    const digits = await loadDataset("mnist", { limit: 1_010 });
    const data = folder.at("digits");
    const png = (row: number): Promise<Buffer> =>
      sharp(digits.pixels.subarray(row * 784, (row + 1) * 784), {
        raw: { width: 28, height: 28, channels: 1 },
      })
        .png()
        .toBuffer();
    const queries: string[] = [];
    for (let row = 0; row < digits.count; row++) {
      const query = row >= 1_000;
      const path = query
        ? `query ${row} of ${digits.labels[row]}.png`
        : `digits/${digits.labels[row]}/${row}.png`;
      await writeFiles(folder.at(), { [path]: await png(row) });
      if (query) queries.push(folder.at(path));
    }
    const found = await trainAndSearch(data, folder.at("run of digits"), queries);
    expect(found.rows).toBe(1_000);
    const learned = precision(found, (query) => /of (\d)/.exec(query)![1]!);
    // What the same search finds in the pixels themselves, by brute force.
    expect(learned).toBeGreaterThan(pixelPrecision(digits, 1_000, 8) + 0.05);
    expect(learned).toBeGreaterThan(0.85);
  });
});
