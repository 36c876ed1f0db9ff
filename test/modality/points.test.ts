import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import {
  adam,
  columnOf,
  constantRate,
  cosinePairLoss,
  type Dataset,
  Embedder,
  evaluateEncoder,
  evaluateVectors,
  infoNceLoss,
  initialState,
  labelTask,
  pairTask,
  Rng,
  referenceRuntime,
  supConLoss,
  type Tower,
  Trainer,
  train,
  viewTask,
} from "../../src/index.ts";
import { ItemIndex } from "../../src/platform/node/itemIndex/itemIndex.ts";
import type { IndexedItem, IndexInfo } from "../../src/retrieval/index.ts";
import { pointTower, rings } from "./points/points.ts";

const runtime = referenceRuntime();
afterAll(() => runtime.dispose());

const lacking = [4, 77];
const training = rings("training", 240, 1, lacking);
const validation = rings("validation", 60, 2);
const tower = pointTower();
const initialOf = (of: Tower) => initialState(of, (name) => Rng.of(3, "initial", name));
const usual = { runtime, training, validation, optimizer: adam(), schedule: constantRate(0.02), seed: 3 };

it("points in the plane are trained on, embedded and told apart, by nothing but a column and a tower", async () => {
  const shown = new Set<number>();
  const result = await train({
    ...{ ...usual, task: labelTask(tower, supConLoss), epochs: 15, batchSize: 48 },
    onBatch: (_, { rows }) => {
      if (rows?.of === "labels") for (const row of rows.rows) shown.add(row);
    },
  });
  // Those that lack the modality are passed over.
  expect([...training.labels.keys()].filter((row) => !shown.has(row))).toEqual(lacking);
  const last = result.history.at(-1)!;
  expect(last).toMatchObject({ unit: "points", knnReferences: 238 });
  expect(last.knn1).toBeGreaterThan(0.9);
  expect(last.trainLoss).toBeLessThan(result.history[0]!.trainLoss);

  const tested = { queries: rings("test", 90, 4), references: rings("known", 90, 5) };
  const asTheyAre = async (dataset: Dataset): Promise<Float32Array> => {
    const { points } = await columnOf(dataset, "points").gather(Uint32Array.from(dataset.labels.keys()));
    return points!.data as Float32Array;
  };
  const { queries, references } = tested;
  const raw = await evaluateVectors(runtime, tested, await asTheyAre(queries), await asTheyAre(references));
  const untrained = await evaluateEncoder(runtime, tower, initialOf(tower), tested);
  const trained = await evaluateEncoder(runtime, tower, result.state, tested);
  // By their angle there are three classes to guess among.
  expect(raw.knn1).toBeLessThan(0.5);
  expect(trained.knn1).toBeGreaterThan(0.95);
  expect(trained.mapAtR).toBeGreaterThan(untrained.mapAtR + 0.3);

  // Rows that lack the modality are no queries and no references.
  const some90 = { queries: rings("test", 90, 4, [3, 50]), references: rings("known", 90, 5, [0]) };
  const without = await evaluateEncoder(runtime, tower, result.state, some90);
  expect(without.knn1).toBeGreaterThan(0.95);

  const column = columnOf(tested.queries, "points");
  const embedder = await Embedder.fixed(runtime, tower, result.state);
  const all = await embedder.embed(column, null);
  const some = await embedder.embed(column, null, { rows: Uint32Array.of(7, 2) });
  expect(some).toEqual(Float32Array.of(...all.subarray(21, 24), ...all.subarray(6, 9)));
  await embedder.dispose();
});

it("a training of points goes on from its state bit for bit, and what it cannot be trained by is said", async () => {
  const options = { ...usual, task: pairTask(tower, cosinePairLoss), batchSize: 48 };
  const whole = await train({ ...options, epochs: 2 });
  const first = await Trainer.create({ ...options, epochs: 1 });
  await first.fit();
  const second = await train({ ...options, epochs: 2, resume: await first.state() });
  expect([...second.state]).toEqual([...whole.state]);
  expect(await first.embed(columnOf(validation, "points"))).toHaveLength(3 * 60);
  await first.dispose();
  await expect(Trainer.create({ ...options, task: viewTask(tower, infoNceLoss), epochs: 1 })).rejects.toThrow(
    "training has no way to vary its points",
  );
  await expect(
    Trainer.create({ ...options, epochs: 1, training: { ...training, columns: new Map() } }),
  ).rejects.toThrow("training has no column of modality points (found none)");
});

it("what a tower of points embeds is indexed, found by new points, and shown", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kindred-points-"));
  try {
    const { state } = await train({
      ...usual,
      task: labelTask(tower, supConLoss),
      epochs: 15,
      batchSize: 48,
    });
    const embedder = await Embedder.fixed(runtime, tower, state);
    const collection = rings("collection", 90, 6);
    const vectors = await embedder.embed(columnOf(collection, "points"), null);
    const { points } = await columnOf(collection, "points").gather(
      Uint32Array.from(collection.labels.keys()),
    );
    const shown = (row: number): string => `(${points!.data[2 * row]}, ${points!.data[2 * row + 1]})`;
    const items = Array.from(collection.labels, (label, row): IndexedItem => {
      const preview = { mediaType: "text/plain", bytes: new TextEncoder().encode(shown(row)) };
      return {
        ...{ id: `${row}`, modality: "points", label: collection.classes![label]!, path: null, split: null },
        ...{ hash: shown(row), vector: vectors.slice(3 * row, 3 * row + 3), preview, fields: { row } },
      };
    });
    const info: IndexInfo = {
      ...{ format: 2, fingerprint: "a".repeat(64), dim: 3, metric: "cosine", run: null },
      modalities: [{ modality: "points", encoder: tower.name, inputShape: [2], preprocessing: null }],
      ...{ kindred: "0.0.0", made: "2026-11-29T00:00:00.000Z" },
    };
    const index = await ItemIndex.create(join(folder, "points.lance"), info, inOnePart(items));
    const queries = rings("queries", 30, 7);
    const embedded = await embedder.embed(columnOf(queries, "points"), null);
    let right = 0;
    for (const [row, label] of queries.labels.entries()) {
      const vector = embedded.slice(3 * row, 3 * row + 3);
      const [hit] = await index.search(vector, { k: 1, where: "row >= 45", previews: true });
      expect(hit!.modality).toBe("points");
      expect(Number(hit!.id)).toBeGreaterThanOrEqual(45);
      expect(new TextDecoder().decode(hit!.preview!.bytes)).toBe(shown(Number(hit!.id)));
      if (hit!.label === queries.classes![label]) right++;
    }
    // A third would be right by chance.
    expect(right).toBeGreaterThanOrEqual(27);
    index.close();
    await embedder.dispose();
  } finally {
    await rm(folder, { recursive: true });
  }
});

async function* inOnePart(items: readonly IndexedItem[]): AsyncGenerator<readonly IndexedItem[]> {
  yield items;
}
