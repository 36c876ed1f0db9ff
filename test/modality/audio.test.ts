import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, expect, it } from "vitest";
import {
  AudioColumn,
  adam,
  audioTower,
  audioTowerSchema,
  columnOf,
  constantRate,
  type Dataset,
  Embedder,
  evaluateEncoder,
  initialState,
  labelTask,
  Rng,
  supConLoss,
  train,
} from "../../src/index.ts";
import { spokenChirp } from "../../src/modality/audio/chirps.fixture.ts";
import { exportTower } from "../../src/modality/tower.ts";
import { nodeRuntime } from "../../src/node.ts";

const runtime = await nodeRuntime();
afterAll(() => runtime.dispose());

const options = { sampleRate: 8000, seconds: 0.5, melBins: 32, dim: 16, width: 8, parts: 2 };
const tower = audioTower(options);

function words(name: string, count: number, seed: number): Dataset {
  const labels = Int32Array.from({ length: count }, (_, row) => row % 3);
  const recordings = Array.from(labels, (label, row) => [spokenChirp(label, seed + row, 8000)]);
  const column = new AudioColumn(name, recordings, options);
  return { name, count, labels, classes: ["up", "down", "both"], columns: new Map([["audio", column]]) };
}

const training = words("training", 96, 1000);
const validation = words("validation", 60, 2000);
const initialOf = (seed: number) => initialState(tower, (name) => Rng.of(seed, "initial", name));
const { vary } = columnOf(training, "audio");

it("an audio tower learns words of many voices, and its ONNX model gives the same embeddings in ONNX Runtime", async () => {
  const evaluation = { queries: validation, references: training };
  const untrained = await evaluateEncoder(runtime, tower, initialOf(3), evaluation);
  const { state } = await train({
    ...{ runtime, training, validation, optimizer: adam(), schedule: constantRate(0.005), seed: 3 },
    ...{ task: labelTask(tower, supConLoss, vary!), epochs: 8, batchSize: 32 },
  });
  const trained = await evaluateEncoder(runtime, tower, state, evaluation);
  expect(trained.knn1).toBeGreaterThan(0.9);
  expect(trained.mapAtR).toBeGreaterThan(untrained.mapAtR + 0.2);

  const column = columnOf(validation, "audio");
  const embedder = await Embedder.fixed(runtime, tower, state);
  const embedded = await embedder.embed(column, null);
  await embedder.dispose();
  const session = await InferenceSession.create(exportTower(tower, state));
  for (const rows of [Uint32Array.of(5), Uint32Array.of(1, 7, 2, 40)]) {
    const { waveform } = await column.gather(rows);
    const fed = new Tensor("float32", waveform!.data as Float32Array, waveform!.shape);
    const { embedding } = await session.run({ waveform: fed });
    expect(embedding!.dims).toEqual([rows.length, 16]);
    for (const [i, row] of rows.entries()) {
      for (let d = 0; d < 16; d++) {
        const [a, b] = [(embedding!.data as Float32Array)[16 * i + d]!, embedded[16 * row + d]!];
        expect(Math.abs(a - b)).toBeLessThan(1e-3 * (1 + Math.abs(b)));
      }
    }
  }
  await session.release();
});

it("an audio tower is refused where its sound is too short, and its options are checked by a schema", () => {
  expect(() => audioTower({ seconds: 0.2 })).toThrow(
    "an audio tower cannot be made of 40 mel bands and 18 frames (0.2 s), expected at least 8 bands and 32 frames",
  );
  expect(audioTowerSchema.parse(options)).toEqual(options);
  expect(audioTowerSchema.safeParse({ ...options, melBins: 0 }).success).toBe(false);
  expect(tower.ports).toEqual([{ name: "waveform", dtype: "float32", shape: [4000] }]);
});
