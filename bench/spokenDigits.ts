import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  adam,
  audioColumn,
  audioTower,
  compactSound,
  type Dataset,
  evaluateEncoder,
  labelTask,
  oneCycle,
  type Sound,
  supConLoss,
  train,
} from "../src/index.ts";
import { nodeRuntime, readSound } from "../src/node.ts";

/**
 * Spoken digits of a speaker that was never heard in training: `node bench/spokenDigits.ts <folder> [epochs] [speaker]`, each speaker in turn where none is named.
 * The folder has recordings named `{digit}_{speaker}_{index}.wav`, as the Free Spoken Digit Dataset has them.
 */
const [folder, epochs = "20", only] = process.argv.slice(2);
if (!folder) throw new Error("usage: node bench/spokenDigits.ts <folder> [epochs] [speaker]");

const sampleRate = 8000;
const batchSize = 100;
const options = { sampleRate, seconds: 0.8 };
const recordings: { digit: number; speaker: string; sound: Sound }[] = [];
for (const name of readdirSync(folder).sort()) {
  const [digit, speaker] = name.split("_");
  if (!/^\d_.+_\d+\.wav$/.test(name)) continue;
  const sound = compactSound(await readSound(join(folder, name), { sampleRate }));
  recordings.push({ digit: Number(digit), speaker: speaker!, sound });
}

function datasetOf(name: string, of: typeof recordings): Dataset {
  const labels = Int32Array.from(of, ({ digit }) => digit);
  const column = audioColumn(
    name,
    of.map(({ sound }) => [sound]),
    options,
  );
  return { name, count: of.length, labels, columns: new Map([["audio", column]]) };
}

const runtime = await nodeRuntime();
const found: number[] = [];
const speakers = [...new Set(recordings.map(({ speaker }) => speaker))];
for (const held of only ? [only] : speakers) {
  const training = datasetOf(
    "training",
    recordings.filter(({ speaker }) => speaker !== held),
  );
  const validation = datasetOf(
    held,
    recordings.filter(({ speaker }) => speaker === held),
  );
  const tower = audioTower(options);
  const task = labelTask(tower, supConLoss, training.columns.get("audio")!.vary!);
  const begun = process.cpuUsage();
  const { state } = await train({
    ...{ runtime, training, validation, task, optimizer: adam(), batchSize, seed: 1 },
    ...{ epochs: Number(epochs), schedule: oneCycle({ learningRate: 4e-3 }) },
  });
  const { user, system } = process.cpuUsage(begun);
  const { knn1 } = await evaluateEncoder(runtime, tower, state, {
    queries: validation,
    references: training,
  });
  found.push(knn1!);
  console.log(
    `${held} held out: 1-NN ${knn1!.toFixed(3)}, ${((user + system) / 1e6).toFixed(0)} s of a core`,
  );
}
console.log(`mean of ${found.length}: ${(found.reduce((sum, x) => sum + x, 0) / found.length).toFixed(3)}`);
await runtime.dispose();
