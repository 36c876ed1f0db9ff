import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { valuesColumn } from "../../../alignment/senses.fixture.ts";
import type { ImageDataset } from "../../../modality/image/index.ts";
import { type RecordingOptions, RunRecorder, readRecording } from "./recording.ts";

const dim = 3;
const training: ImageDataset = {
  name: "dots",
  count: 6,
  channels: 1,
  height: 1,
  width: 2,
  pixels: Uint8Array.from({ length: 12 }, (_, i) => i),
  labels: Int32Array.of(7, 1, 7, 1, 7, 1),
};

let run: string;
let options: RecordingOptions;

beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), "kindred-recording-"));
  options = { path: join(run, "recording"), training, rowsPerStep: 4, batches: 3, dim, seed: 1, size: 6 };
});
afterEach(() => rm(run, { recursive: true, force: true }));

const embeddingsAt = (step: number): Float32Array =>
  Float32Array.from({ length: training.count * dim }, (_, i) => step + i / 7);

async function record(steps: readonly number[], from = 0): Promise<void> {
  const recorder = await RunRecorder.open(options, from);
  for (const step of steps) {
    await recorder.take({
      step,
      epoch: step / 3,
      pairs: step * 2,
      lossSum: step * step,
      embeddings: embeddingsAt(step),
    });
  }
  await recorder.flush();
}

describe("a recording", () => {
  it("is read back as it was taken, with the mean loss between snapshots", async () => {
    await record([0, 2, 6]);
    const { count, labels, snapshots } = await readRecording(run);
    expect(count).toBe(6);
    expect([...labels]).toEqual([7, 1, 7, 1, 7, 1]);
    expect(snapshots.map(({ step, epoch, loss }) => ({ step, epoch, loss }))).toEqual([
      { step: 0, epoch: 0, loss: null },
      { step: 2, epoch: 2 / 3, loss: 1 },
      { step: 6, epoch: 2, loss: 4 },
    ]);
    for (const { step, embeddings } of snapshots) expect(embeddings).toEqual(embeddingsAt(step));
  });

  it("gives its sample as the pictures that it names", async () => {
    const { sample } = await RunRecorder.open(options, 0);
    expect(sample.images).toEqual(training);
  });

  it("goes on from a step as if it had never stopped, and forgets what came after it", async () => {
    await record([0, 2, 6, 9]);
    const whole = await readFile(join(options.path, "index.json"), "utf8");
    await record([0, 2, 6, 8]);
    await writeFile(join(options.path, "step_7.npy"), "written, and never named");
    await record([6, 9], 5);
    expect(await readFile(join(options.path, "index.json"), "utf8")).toBe(whole);
    expect((await readdir(options.path)).sort()).toEqual([
      "index.json",
      "step_0.npy",
      "step_2.npy",
      "step_6.npy",
      "step_9.npy",
    ]);
  });

  it("names no snapshot whose file is not there in full", async () => {
    await record([0, 2]);
    await rm(join(run, "recording"), { recursive: true });
    await writeFile(join(run, "recording"), "in the way");
    await expect(record([0])).rejects.toThrow(/recording.* cannot be (written|read)/);
  });
});

describe("a recording of several modalities", () => {
  const text = valuesColumn(
    "text",
    Float32Array.from({ length: 6 }, (_, row) => row),
    1,
    new Set([2, 5]),
  );
  const others = () => new Map([["text", Float32Array.from({ length: 4 * dim }, (_, i) => i / 3)]]);
  const takenAt = async (recorder: RunRecorder, step: number): Promise<void> => {
    const snapshot = { step, epoch: step, pairs: step, lossSum: 1, embeddings: embeddingsAt(step) };
    await recorder.take({ ...snapshot, others: others() });
    await recorder.flush();
  };

  it("has the rows that have each, is gone on with, and names files by modality", async () => {
    const both = { ...options, others: [text] };
    const recorder = await RunRecorder.open(both, 0);
    expect(recorder.others!.map(({ modality, count }) => [modality, count])).toEqual([["text", 6]]);
    for (const step of [0, 2, 6]) await takenAt(recorder, step);
    await takenAt(await RunRecorder.open(both, 4), 6);
    const recording = await readRecording(run);
    expect([...recording.others.get("text")!]).toEqual([0, 1, 3, 4]);
    expect(recording.snapshots.map(({ step }) => step)).toEqual([0, 2, 6]);
    for (const snapshot of recording.snapshots) expect(snapshot.others).toEqual(others());
    expect((await readdir(join(run, "recording"))).sort()).toEqual([
      "index.json",
      ...[0, 2, 6].flatMap((step) => [`step_${step}.npy`, `step_${step}.text.npy`]),
    ]);
    await expect(RunRecorder.open(options, 4)).rejects.toThrow("records other rows than this run trains on");
    await RunRecorder.open(both, 1);
    expect((await readdir(join(run, "recording"))).sort()).toEqual([
      "index.json",
      "step_0.npy",
      "step_0.text.npy",
    ]);
  });
});

describe("a recording that cannot be used", () => {
  it("says which command makes one where there is none", async () => {
    await expect(readRecording(run)).rejects.toThrow(
      `${run} has no recorded embeddings (recording/index.json): train it with kindred train --record --out ${run}`,
    );
  });

  it("is refused where there is one snapshot only", async () => {
    await record([0]);
    await expect(readRecording(run)).rejects.toThrow(/has 1 recorded snapshots, expected at least 2/);
  });

  it("is refused where it records other pictures", async () => {
    await record([0, 2]);
    options = { ...options, training: { ...training, labels: Int32Array.of(1, 7, 7, 1, 7, 1) } };
    await expect(record([6], 4)).rejects.toThrow(/records other rows than this run trains on: remove/);
  });

  it.each([
    ["{", /index\.json is not JSON/],
    ["{}", /index\.json: version: /],
    [
      '{"version":1,"rows":[0,1],"labels":[1],"dim":3,"snapshots":[]}',
      /index\.json: labels: expected a label/,
    ],
    [
      '{"version":1,"rows":[0,1],"labels":[1,1],"dim":3,"snapshots":[{"file":"../x.npy","step":0,"epoch":0,"loss":null,"pairs":0,"lossSum":0}]}',
      /index\.json: snapshots\.0\.file: /,
    ],
  ])("names the file and the field, case %#", async (text, message) => {
    await record([0, 2]);
    await writeFile(join(options.path, "index.json"), text);
    await expect(readRecording(run)).rejects.toThrow(message);
  });

  it("names the snapshot that is cut off, of other values or no .npy", async () => {
    await record([0, 2]);
    const file = join(options.path, "step_2.npy");
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 4));
    await expect(readRecording(run)).rejects.toThrow(/step_2\.npy: holds 68 bytes of numbers, expected 72/);
    await writeFile(file, bytes.toString("latin1").replace("<f4", "<f8"), "latin1");
    await expect(readRecording(run)).rejects.toThrow(/step_2\.npy: holds "<f8" of shape 6 x 3, expected <f4/);
    await writeFile(file, bytes.toString("latin1").replace("(6, 3)", "(3, 6)"), "latin1");
    await expect(readRecording(run)).rejects.toThrow(
      /holds "<f4" of shape 3 x 6, expected <f4 of shape 6 x 3/,
    );
    await writeFile(file, "nothing of the kind");
    await expect(readRecording(run)).rejects.toThrow(/step_2\.npy: is no \.npy file/);
  });
});
