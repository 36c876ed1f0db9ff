import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  adam,
  columnOf,
  constantRate,
  cosinePairLoss,
  type Dataset,
  Embedder,
  evaluateEncoder,
  evaluateVectors,
  InputError,
  infoNceLoss,
  initialState,
  labelTask,
  Model,
  pairTask,
  Rng,
  referenceRuntime,
  supConLoss,
  type Tower,
  Trainer,
  train,
  viewTask,
} from "../../src/index.node.ts";
import { ItemIndex } from "../../src/platform/node/itemIndex/itemIndex.ts";
import { writeModelFolder } from "../../src/platform/node/model/modelFolder.ts";
import type { IndexedItem, IndexInfo } from "../../src/retrieval/index.ts";
import { originFile, pointTower, rings, scaling } from "./points/points.ts";

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

describe("the model of a tower of points", () => {
  const options = { device: "cpu", threads: 1 } as const;
  const origin = [1, -1] as const;
  let folder: string;
  let embedder: Embedder;
  const at = (...parts: string[]) => join(folder, ...parts);
  /** Points as queries: as they are before the origin is taken from them, and they are divided by the unit. */
  const queriesOf = async (dataset: Dataset): Promise<{ readonly points: readonly [number, number] }[]> => {
    const { points } = await columnOf(dataset, "points").gather(Uint32Array.from(dataset.labels.keys()));
    const known = points!.data as Float32Array;
    const raw = (i: number, axis: 0 | 1) => known[2 * i + axis]! * scaling.unit + origin[axis];
    return Array.from(dataset.labels, (_, i) => ({ points: [raw(i, 0), raw(i, 1)] }));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kindred-points-"));
    const { state } = await train({
      ...usual,
      task: labelTask(tower, supConLoss),
      epochs: 15,
      batchSize: 48,
    });
    embedder = await Embedder.fixed(runtime, tower, state);
    await writeModelFolder(at("model"), {
      towers: [
        {
          ...{ tower, state, preprocessing: scaling, files: { [originFile]: JSON.stringify(origin) } },
          identity: { encoder: { layers: [2, 32, 3] }, preprocessing: scaling },
        },
      ],
      ...{ epoch: 14, classes: ["inner", "middle", "outer"], extra: { madeBy: "a test" } },
    });
  });
  afterAll(async () => {
    await embedder.dispose();
    await rm(folder, { recursive: true });
  });

  it("embeds as the training's embedder does", async () => {
    const model = await Model.load(folder, options);
    expect([model.modalities, model.dim, model.epoch, model.classes]).toEqual([
      ...[["points"], 3, 14],
      ["inner", "middle", "outer"],
    ]);
    expect(model.description.extra).toEqual({ madeBy: "a test" });
    const queries = rings("queries", 70, 7);
    const expected = await embedder.embed(columnOf(queries, "points"), null);
    const found = await model.embed(await queriesOf(queries), { normalize: false });
    const most = Math.max(
      ...found.flatMap((row, i) => [...row].map((x, k) => Math.abs(x - expected[3 * i + k]!))),
    );
    expect(found).toHaveLength(70);
    expect(most).toBeLessThan(1e-5);
    await expect(model.embed([{ points: [0, 1] }, { points: "here" }])).rejects.toThrow(
      "query 1 is no point, expected [x, y]",
    );
    await expect(model.embed([{ image: "one.png" }])).rejects.toThrow(
      "query 0 is of image, expected one of points, as this model takes",
    );
    await model.dispose();
  });

  it("is refused where a file of it is missing or another, or its preprocessing is none of points", async () => {
    const broken = async (name: string, change: (text: string) => string | null): Promise<string> => {
      await cp(at("model"), at("broken"), { recursive: true });
      const changed = change(await readFile(at("broken", name), "utf8"));
      await (changed === null ? rm(at("broken", name)) : writeFile(at("broken", name), changed));
      const message = await Model.load(at("broken"), options).then(
        () => "taken",
        (error: unknown) => (error instanceof InputError ? error.message : String(error)),
      );
      await rm(at("broken"), { recursive: true });
      return message.replaceAll(at("broken"), "model");
    };
    expect(await broken("points.origin.json", () => "[1, 1]")).toMatch(
      /^model\/points\.origin\.json is not the file that model\/model\.json names \(CRC-32 [0-9a-f]{8}, expected [0-9a-f]{8}\): put the files of one model together$/,
    );
    expect(await broken("points.origin.json", () => null)).toMatch(/^model\/points\.origin\.json .*not/);
    expect(await broken("points.onnx", () => null)).toMatch(/^model\/points\.onnx .*not/);
    expect(await broken("model.json", (text) => text.replace('"unit": 2', '"unit": "cm"'))).toBe(
      "model/model.json: towers.points.preprocessing: expected a unit, received cm",
    );
    expect(await broken("model.json", (text) => text.replace('"dim": 3', '"dim": 4'))).toBe(
      "model/points.onnx makes embeddings of 3 numbers, expected 4, as model/model.json says: put the files of one model together",
    );
    expect(await broken("model.json", (text) => text.replace('"points": {', '"smells": {'))).toMatch(
      /^there is no modality smells, expected one of /,
    );
  });

  it("fills an index, whose items are found by new points and shown", async () => {
    const model = await Model.load(folder, options);
    const collection = rings("collection", 90, 6);
    const given = await queriesOf(collection);
    const vectors = await model.embed(given);
    const shown = (row: number): string => `(${given[row]!.points.join(", ")})`;
    const items = Array.from(collection.labels, (label, row): IndexedItem => {
      const preview = { mediaType: "text/plain", bytes: new TextEncoder().encode(shown(row)) };
      return {
        ...{ id: `${row}`, modality: "points", label: collection.classes![label]!, path: null, split: null },
        ...{ hash: shown(row), vector: vectors[row]!, preview, fields: { row } },
      };
    });
    const { towers } = model.description;
    const info: IndexInfo = {
      ...{ format: 2, fingerprint: model.fingerprint, dim: model.dim, metric: "cosine", run: null },
      modalities: Object.entries(towers).map(([modality, { encoder, preprocessing }]) => ({
        ...{ modality, encoder, inputShape: [2], preprocessing: { ...Object(preprocessing) } },
      })),
      ...{ kindred: "0.0.0", made: "2026-11-29T00:00:00.000Z" },
    };
    const index = await ItemIndex.create(at("points.lance"), info, inOnePart(items));
    index.requireModel(model.fingerprint, "the model");
    const queries = rings("queries", 30, 7);
    const embedded = await model.embed(await queriesOf(queries));
    let right = 0;
    for (const [row, label] of queries.labels.entries()) {
      const [hit] = await index.search(embedded[row]!, { k: 1, where: "row >= 45", previews: true });
      expect(hit!.modality).toBe("points");
      expect(Number(hit!.id)).toBeGreaterThanOrEqual(45);
      expect(new TextDecoder().decode(hit!.preview!.bytes)).toBe(shown(Number(hit!.id)));
      if (hit!.label === queries.classes![label]) right++;
    }
    // A third would be right by chance.
    expect(right).toBeGreaterThanOrEqual(27);
    index.close();
    await model.dispose();
  });
});

async function* inOnePart(items: readonly IndexedItem[]): AsyncGenerator<readonly IndexedItem[]> {
  yield items;
}
