import { afterAll, beforeAll, expect, it } from "vitest";
import {
  adam,
  columnOf,
  constantRate,
  type Dataset,
  Embedder,
  evaluateEncoder,
  initialState,
  labelTask,
  ntXentLoss,
  prepareQueries,
  prepareText,
  Rng,
  type Runtime,
  supConLoss,
  type TextEncoderChoice,
  type TextPreparation,
  textColumn,
  textTower,
  train,
  variedTexts,
  viewTask,
} from "../../src/index.ts";
import { nodeRuntime } from "../../src/node.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ device: "cpu", threads: 1 });
});
afterAll(() => runtime.dispose());

/** What eight numbers are called; a row is a number. */
const names = [
  ["one", "eins", "un", "一"],
  ["two", "zwei", "deux", "二"],
  ["three", "drei", "trois", "三"],
  ["four", "vier", "quatre", "四"],
  ["five", "fünf", "cinq", "五"],
  ["six", "sechs", "six", "六"],
  ["seven", "sieben", "sept", "七"],
  ["eight", "acht", "huit", "八"],
];
const [known, asked] = [
  ["{}", "a handwritten {}", "{}!", "picture of {}", "ein Bild: {}", "le chiffre {}"],
  ["a picture: {}", "the handwritten {}"],
];

/** Each name in each of the sentences, and at last a row that has no text. */
function captions(name: string, sentences: readonly string[], preparation?: TextPreparation) {
  const labelled = names.flatMap((of, label) =>
    of.flatMap((word) => sentences.map((sentence) => ({ label, text: sentence.replace("{}", word) }))),
  );
  const texts = [...labelled.map(({ text }) => [text]), []];
  const labels = Int32Array.from([...labelled.map(({ label }) => label), 0]);
  const columns = new Map(preparation ? [["text", textColumn(name, texts, preparation)]] : []);
  return { texts: texts.flat(), dataset: { name, count: labels.length, labels, columns } satisfies Dataset };
}

/** With how many of the names in new sentences the nearest is to mean the same: an eighth by chance, and a transformer needs more sentences. */
const choices: readonly [TextEncoderChoice, number][] = [
  [{ name: "bag", dim: 16, width: 32, buckets: 512 }, 0.9],
  [{ name: "transformer", dim: 16, width: 32, depth: 1, heads: 2, vocabulary: 400, dropout: 0 }, 0.35],
];

it.each(choices)("a tower of texts ($name) learns which words mean the same", async (choice, least) => {
  const preparation = await prepareText(captions("training", known).texts, choice);
  const tower = textTower(choice, preparation);
  const training = captions("training", known, preparation).dataset;
  const validation = captions("validation", asked, preparation).dataset;
  const result = await train({
    ...{ runtime, training, validation, optimizer: adam(), schedule: constantRate(0.005), seed: 2 },
    ...{ task: labelTask(tower, supConLoss), epochs: 25, batchSize: 64 },
  });
  expect(result.history.at(-1)).toMatchObject({ unit: "texts", knnReferences: 192 });
  const untrained = initialState(tower, (name) => Rng.of(2, "initial", name));
  const tested = { queries: validation, references: training };
  const before = await evaluateEncoder(runtime, tower, untrained, tested);
  const after = await evaluateEncoder(runtime, tower, result.state, tested);
  expect(after.knn1).toBeGreaterThan(least);
  expect(after.mapAtR).toBeGreaterThan(before.mapAtR + 0.3);

  const embedder = await Embedder.fixed(runtime, tower, result.state);
  const rows = Uint32Array.of(5, 0);
  const [fifth] = [await embedder.embed(columnOf(training, "text"), null, { rows })];
  expect(fifth).toHaveLength(32);
  await embedder.dispose();
  expect(prepareQueries(preparation, ["sieben"]).ports.ids!.shape).toEqual([
    1,
    preparation.description.length,
  ]);
});

it("names of one row find each other, one drawn for each view", async () => {
  const choice = choices[0]![0];
  const preparation = await prepareText(names.flat(), choice);
  const dataset = (name: string, texts: string[][]): Dataset => ({
    ...{ name, count: 8, labels: Int32Array.from(names.keys()) },
    columns: new Map([["text", textColumn(name, texts, preparation)]]),
  });
  const numbers = dataset("numbers", names);
  const single = (name: string, language: number) =>
    dataset(
      name,
      names.map((of) => [of[language]!]),
    );
  const options = {
    runtime,
    training: numbers,
    validation: numbers,
    optimizer: adam(),
    batchSize: 8,
    seed: 3,
  };
  const tower = textTower(choice, preparation);
  const task = viewTask(tower, ntXentLoss, null, variedTexts({ dropWord: 0.2 }));
  const run = () => train({ ...options, task, schedule: constantRate(0.005), epochs: 60 });
  const result = await run();
  const tested = { queries: single("German", 1), references: single("English", 0) };
  const after = await evaluateEncoder(runtime, tower, result.state, tested);
  // One of eight by chance.
  expect(after.knn1).toBe(1);
  expect([...(await run()).state]).toEqual([...result.state]);
});
