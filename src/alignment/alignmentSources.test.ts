import { describe, expect, it } from "vitest";
import { Rng } from "../base/index.ts";
import type { Dataset, Ports, Vary } from "../data/index.ts";
import type { BatchSource, Tower, TrainingBatch } from "../train/index.ts";
import { type AlignmentSourceOptions, alignmentSources } from "./alignmentSources.ts";
import { type AlignedPair, groupsByRow } from "./pairs.ts";
import { valuesColumn } from "./senses.fixture.ts";

const tower = (modality: string): Tower => ({
  ...{ name: modality, modality, dim: 1, state: [] },
  ports: [{ name: "values", dtype: "float32", shape: [1] }],
  embed: ({ values }) => values!,
});

/** Each row of a column is its own number. */
function numbered(
  labels: readonly number[],
  lacking: Readonly<Record<string, number[]>> = {},
  vary?: Vary,
): Dataset {
  const count = labels.length;
  const values = Float32Array.from({ length: count }, (_, row) => row);
  const columns = ["image", "text"].map(
    (modality) => [modality, valuesColumn(modality, values, 1, new Set(lacking[modality]), vary)] as const,
  );
  return { name: "numbered", count, labels: Int32Array.from(labels), columns: new Map(columns) };
}

const across: AlignedPair = { between: ["image", "text"] };
const inside: AlignedPair = { between: ["image", "image"] };
const towers = [tower("image"), tower("text")];

function sourcesOf(
  training: Dataset,
  options: AlignmentSourceOptions & {
    pairs?: readonly AlignedPair[];
    batchSize?: number;
    validation?: Dataset;
  } = {},
) {
  const { pairs = [across], batchSize = 4, validation = numbered([]), ...rest } = options;
  return alignmentSources(towers, pairs, rest)({ training, validation }, { batchSize, seed: 5 });
}

async function batchesOf(source: BatchSource, epoch = 0, from = 0): Promise<TrainingBatch[]> {
  const batches: TrainingBatch[] = [];
  for await (const batch of source.batches(epoch, from)) batches.push(batch);
  return batches;
}

const numbers = (batches: readonly TrainingBatch[], feed: string): number[] =>
  batches.flatMap(({ feeds }) => Array.from(feeds[feed]!.data, Number));

describe("alignmentSources", () => {
  it("has each row once an epoch, with its group and all its modalities, in another order in the next", async () => {
    const labels = [7, 3, 7, 1, 0, 2, 9, 9, 4, 5];
    const { training, validation } = sourcesOf(numbered(labels));
    expect(validation).toBeNull();
    expect(training).toMatchObject({ unit: "items", count: 10, batchSize: 4, batchCount: 3, encoded: 2 });
    const [first, second] = [await batchesOf(training, 0), await batchesOf(training, 1)];
    expect(first.map(({ size }) => size)).toEqual([4, 4, 2]);
    const rows = numbers(first, "image.values");
    expect(rows.toSorted((a, b) => a - b)).toEqual([...labels.keys()]);
    expect(numbers(first, "text.values")).toEqual(rows);
    expect(numbers(first, "groups")).toEqual(rows.map((row) => labels[row]));
    expect(numbers(first, "image.present")).toEqual(rows.map(() => 1));
    expect(numbers(second, "image.values")).not.toEqual(rows);
    expect(await batchesOf(training, 1, 1)).toEqual(second.slice(1));
  });

  it("masks what a row lacks, and has a row of the batch stand there", async () => {
    const lacking = { text: [0, 3, 4, 5, 6, 7], image: [1] };
    const { training } = sourcesOf(numbered([0, 0, 1, 1, 2, 2, 3, 3, 0, 1], lacking), { batchSize: 3 });
    const batches = await batchesOf(training);
    // Rows 4 to 7 have nothing to be paired with in their groups.
    const seen = new Set<number>();
    for (const { feeds, size } of batches) {
      for (const modality of ["image", "text"]) {
        const values = Array.from(feeds[`${modality}.values`]!.data, Number);
        const present = Array.from(feeds[`${modality}.present`]!.data, Number);
        const there = values.filter((_, at) => present[at] === 1);
        for (const row of there) seen.add(row);
        if (there.length > 0) expect(values.every((row) => there.includes(row))).toBe(true);
        expect(present).toHaveLength(size);
      }
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 8, 9]);
  });

  it("brings several rows of a group together, by default where a modality is paired with itself", async () => {
    const labels = Array.from({ length: 24 }, (_, row) => row % 8);
    const together = async (options: Parameters<typeof sourcesOf>[1]): Promise<number> => {
      let pairs = 0;
      for (const { feeds } of await batchesOf(sourcesOf(numbered(labels), options).training)) {
        const groups = Array.from(feeds.groups!.data, Number);
        pairs += groups.length - new Set(groups).size;
      }
      return pairs;
    };
    expect(await together({ pairs: [across, inside] })).toBeGreaterThanOrEqual(8);
    expect(await together({ perItem: 3 })).toBeGreaterThanOrEqual(12);
    expect(await together({})).toBeLessThan(8);
    const { training } = sourcesOf(numbered(labels), { groups: groupsByRow });
    expect(numbers(await batchesOf(training), "groups").toSorted((a, b) => a - b)).toEqual([
      ...labels.keys(),
    ]);
  });

  it("varies training rows as their column does, as it is told, or not at all; validation rows never", async () => {
    const by =
      (shift: number): Vary =>
      (column, seed) => ({
        ahead: 3,
        gather: async (rows, epoch, batch): Promise<Ports> => {
          const { values } = await column.gather(rows);
          const noise = Rng.of(seed, "varied", epoch, batch).float() / 2;
          const data = Float32Array.from(values!.data as Float32Array, (value) => value + shift + noise);
          return { values: { ...values!, data } };
        },
      });
    const dataset = numbered([0, 1, 2, 3, 4, 5], {}, by(100));
    const given = { vary: { text: by(1000) }, validation: dataset };
    const { training, validation } = sourcesOf(dataset, given);
    const batches = await batchesOf(training);
    expect(numbers(batches, "image.values").every((value) => value >= 100 && value < 107)).toBe(true);
    expect(numbers(batches, "text.values").every((value) => value >= 1000)).toBe(true);
    expect(await batchesOf(training, 0, 1)).toEqual(batches.slice(1));
    expect(numbers(await batchesOf(training, 1), "image.values")).not.toEqual(
      numbers(batches, "image.values"),
    );
    const plain = sourcesOf(dataset, { vary: { image: null, text: null } }).training;
    for (const source of [validation!, plain]) {
      expect(numbers(await batchesOf(source), "image.values").toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    }
  });

  it("says which pair nothing can be learned of", () => {
    const apart = { image: [1, 3], text: [0, 2] };
    expect(() => sourcesOf(numbered([0, 1, 2, 3], apart))).toThrow(
      "no image of the 4 rows of numbered belongs to any text, and the pair image–text learns from such: leave it out, or give rows with both",
    );
    expect(() => sourcesOf(numbered([0, 1, 2, 3]), { pairs: [across, inside] })).toThrow(
      "no two of the 4 rows of numbered with image belong together",
    );
    expect(() => sourcesOf(numbered([0, 1]), { perItem: 0 })).toThrow(
      "number of rows of each item in a batch of 0",
    );
    // Rows of one label belong together, also where each has one modality alone.
    expect(sourcesOf(numbered([0, 0, 2, 2], apart)).training.count).toBe(4);
  });
});
