import { afterAll, describe, expect, it } from "vitest";
import { senses, senseTower, valuesColumn } from "../../src/alignment/senses.fixture.ts";
import {
  adam,
  alignedRecall,
  alignmentTask,
  type Column,
  columnOf,
  type Dataset,
  Embedder,
  type EpochMetrics,
  groupsByLabel,
  headTower,
  initialState,
  lockedColumn,
  lockedTower,
  nearestNeighbours,
  oneCycle,
  plainSimilarityBlocks,
  Rng,
  referenceRuntime,
  type Snapshot,
  stateWithin,
  type Task,
  Trainer,
  type TrainerOptions,
  train,
} from "../../src/index.ts";
import { prepareText, type TextPreparation, textColumn, textTower } from "../../src/modality/text/index.ts";
import { nodeRuntime } from "../../src/platform/node/ort/devices.ts";

const cpu = await nodeRuntime({ device: "cpu" });
afterAll(() => cpu.dispose());

const every = (n: number, count: number): ReadonlySet<number> =>
  new Set(Array.from({ length: Math.ceil(count / n) }, (_, i) => i * n));
const lacking = { image: every(19, 600), text: every(7, 600), audio: every(3, 600) };
const image = senseTower("image");
/** As a tower that was trained elsewhere: nothing of it changes. */
const frozen = initialState(image, (name) => Rng.of(9, name));

/** The same with its pictures' embeddings in place of pictures. */
async function withLocked(dataset: Dataset): Promise<Dataset> {
  const embedder = await Embedder.fixed(cpu, image, frozen);
  const locked = await lockedColumn(columnOf(dataset, "image"), embedder);
  await embedder.dispose();
  return { ...dataset, columns: new Map([...dataset.columns, ["image", locked]]) };
}

const training = await withLocked(senses("training", 600, 1, lacking));
const validation = await withLocked(senses("validation", 100, 2, { text: new Set([3]) }));
const towers = [lockedTower("image", 8), senseTower("text"), senseTower("audio")];
const pairs = [{ between: ["image", "text"] }, { between: ["image", "audio"] }] as const;
const usual = (task: Task, epochs: number): TrainerOptions => ({
  ...{ runtime: cpu, training, validation, task, epochs, seed: 3, batchSize: 100 },
  ...{ optimizer: adam(), schedule: oneCycle({ learningRate: 0.01 }) },
});

/** R@1 between two modalities of the validation rows, as a training measures it. */
async function recallOf(trainer: Trainer, between: readonly [string, string]): Promise<number> {
  const trained = {
    ...{ training, validation, seed: 1 },
    embed: (column: Column, options?: Parameters<Trainer["embed"]>[1]) => trainer.embed(column, options),
    read: async () => new Map(),
  };
  return (await alignedRecall(trained, [{ between }], { groups: groupsByLabel, perItem: 1 }))!;
}

describe("an alignment of three senses", () => {
  it.each([
    ["clip", 0.6],
    ["siglip", 0.4],
  ] as const)(
    "brings together what was never paired, by way of a locked tower, with %s",
    async (loss, reached) => {
      const task = alignmentTask({ towers, pairs, loss });
      const trainer = await Trainer.create(usual(task, 60));
      const before = await recallOf(trainer, ["text", "audio"]);
      const history = await trainer.fit();
      const last = history.at(-1)!;
      // Of 100 rows; a hundredth is chance.
      expect(before).toBeLessThan(0.1);
      expect(last.recallAt1).toBeGreaterThan(reached);
      expect(await recallOf(trainer, ["text", "audio"])).toBeGreaterThan(0.6);
      expect(last).toMatchObject({ unit: "items", knn1: null, mapAtR: null, knnReferences: 0 });
      expect(last.valLoss).toBeLessThan(history[0]!.valLoss!);
      expect(last.scale).toBeGreaterThan(1);
      expect(last.scale).toBeLessThanOrEqual(100.001);
      expect(last.scale).not.toBe(history[0]!.scale);
      expect(last.bias === undefined).toBe(loss === "clip");

      // What a tower has learned stands by itself.
      const text = columnOf(validation, "text");
      const own = stateWithin(await trainer.encoderState(), "text");
      expect([...own.keys()]).toEqual(senseTower("text").state.map(({ name }) => name));
      const alone = await Embedder.fixed(cpu, senseTower("text"), own);
      const rows = Uint32Array.of(5, 80);
      const [received, expected] = [
        await alone.embed(text, null, { rows }),
        await trainer.embed(text, { rows }),
      ];
      for (const [i, value] of received.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
      await alone.dispose();
      await trainer.dispose();
    },
  );

  it("goes on bit for bit from the middle of an epoch, recorded in every modality or not", async () => {
    const task = alignmentTask({ towers, pairs: [...pairs, { between: ["text", "text"] }] });
    const several = await withLocked(senses("several", 300, 1, lacking, 2));
    const options = { ...usual(task, 2), training: several, batchSize: 64 };
    const whole = await train(options);
    const stopped = await Trainer.create(options);
    const stop = new AbortController();
    const snapshots: Snapshot[] = [];
    const [sample, ...others] = ["image", "text", "audio"].map((modality) => columnOf(validation, modality));
    await stopped.fit({
      signal: stop.signal,
      onStep: ({ batch }) => batch === 2 && stop.abort(),
      record: {
        ...{ sample: sample!, others, due: (step) => step === 0 },
        take: async (snapshot) => void snapshots.push(snapshot),
      },
    });
    const state = await stopped.state();
    expect(state.progress).toMatchObject({ epoch: 0 });
    expect(state.progress.batch).toBeGreaterThanOrEqual(2);
    await stopped.dispose();
    const resumed = await train({ ...options, resume: state });
    expect([...resumed.state]).toEqual([...whole.state]);
    const comparable = ({ seconds, perSecond, ...metrics }: EpochMetrics) => metrics;
    expect(resumed.history.map(comparable)).toEqual(whole.history.map(comparable));
    // Row 3 has no text.
    const [snapshot] = snapshots;
    expect(snapshot!.embeddings).toHaveLength(100 * 8);
    expect([...snapshot!.others!].map(([modality, { length }]) => [modality, length])).toEqual([
      ["text", 99 * 8],
      ["audio", 100 * 8],
    ]);
  });

  it("stops when R@1 gets no better, and tells the best epoch", async () => {
    const { history, best } = await train({ ...usual(alignmentTask({ towers, pairs }), 40), patience: 2 });
    const recalls = history.map(({ recallAt1 }) => recallAt1!);
    const highest = recalls.indexOf(Math.max(...recalls)) + 1;
    expect(history.at(-1)!.best).toBe(highest);
    expect(best!.epoch).toBe(highest);
  });

  it("trains a head on what a tower from elsewhere makes of its rows", async () => {
    const of4 = [headTower("image", 8, 4), senseTower("text", 4)];
    const task = alignmentTask({ towers: of4, pairs: pairs.slice(0, 1) });
    const { history } = await train(usual(task, 60));
    expect(history.at(-1)!.recallAt1).toBeGreaterThan(0.3);
  });
});

describe("an alignment with texts", () => {
  const captions = ["zero null", "one eins", "two zwei", "three drei", "four vier", "five fünf"].map(
    (words) => words.split(" ").flatMap((word) => [word, `a handwritten ${word}`]),
  );

  /** Things of six classes, some without a picture, whose captions are those of their class. */
  function captioned(name: string, count: number, preparation: TextPreparation): Dataset {
    const rng = Rng.of(4, name);
    const labels = Int32Array.from({ length: count }, (_, row) => row % 6);
    const values = Array.from(labels).flatMap((label) =>
      Array.from({ length: 6 }, (_, k) => (k === label ? 1 : 0) + 0.2 * rng.normal()),
    );
    const without = name === "training" ? every(11, count) : new Set<number>();
    const pictures = valuesColumn("image", Float32Array.from(values), 6, without);
    const texts = Array.from(labels, (label, row) => (row % 7 === 3 ? [] : captions[label]!));
    const columns = new Map<string, Column>([
      ["image", pictures],
      ["text", textColumn(name, texts, preparation)],
    ]);
    return { name, count, labels, columns };
  }

  it.each([
    { name: "bag", dim: 8, width: 16, buckets: 500 },
    { name: "transformer", dim: 8, width: 16, heads: 2, depth: 1 },
  ] as const)("learns all captions of a class by a $name, drawn anew in each batch", async (choice) => {
    const preparation = await prepareText(captions.flat(), choice);
    const [known, held] = [captioned("training", 240, preparation), captioned("validation", 60, preparation)];
    const task = alignmentTask({
      towers: [senseTower("image"), textTower(choice, preparation)],
      pairs: pairs.slice(0, 1),
    });
    const options = { ...usual(task, 30), training: known, validation: held, batchSize: 48 };
    const trainer = await Trainer.create(options);
    const history = await trainer.fit();
    expect(history.at(-1)!.recallAt1).toBeGreaterThan(0.95);
    // Also the captions that are not the first of their row.
    const all = textColumn(
      "captions",
      captions.flat().map((caption) => [caption]),
      preparation,
    );
    const labels = Int32Array.from(captions.flatMap((of, label) => of.map(() => label)));
    const [queries, references] = [await trainer.embed(all), await trainer.embed(columnOf(held, "image"))];
    const blocks = plainSimilarityBlocks(queries, references, 8);
    const { indices } = await nearestNeighbours(blocks, labels.length, held.count, 1);
    expect(Array.from(indices, (found) => held.labels[found])).toEqual([...labels]);
    await trainer.dispose();
  });
});

describe("lockedColumn", () => {
  it("gives the frozen tower's embeddings, lacks what its column lacks, and is known by its content", async () => {
    const plain = senses("training", 600, 1, lacking);
    const [column, source] = [columnOf(training, "image"), columnOf(plain, "image")];
    expect([column.count, column.has(0), column.has(1), column.has(600)]).toEqual([600, false, true, false]);
    const embedder = await Embedder.fixed(cpu, image, frozen);
    const rows = Uint32Array.of(599, 1, 7);
    const { embedding } = await column.gather(rows);
    const expected = await embedder.embed(source, null, { rows });
    for (const [i, value] of expected.entries()) expect(Number(embedding!.data[i])).toBeCloseTo(value, 5);
    expect(() => column.gather(Uint32Array.of(19))).toThrow("has no image in row 19");
    const other = await Embedder.fixed(
      cpu,
      image,
      initialState(image, (name) => Rng.of(10, name)),
    );
    expect(column.fingerprint()).toBe((await lockedColumn(source, embedder)).fingerprint());
    expect((await lockedColumn(source, other)).fingerprint()).not.toBe(column.fingerprint());
    const stopped = AbortSignal.abort();
    await expect(lockedColumn(source, embedder, { signal: stopped })).rejects.toThrow("stopped");
    for (const each of [embedder, other]) await each.dispose();
    // A locked tower gives what it takes, on any runtime.
    for (const runtime of [cpu, referenceRuntime()]) {
      const locked = await Embedder.fixed(runtime, lockedTower("image", 8), new Map());
      expect(await locked.embed(column, null, { rows })).toEqual(embedding!.data);
      await locked.dispose();
    }
  });
});
