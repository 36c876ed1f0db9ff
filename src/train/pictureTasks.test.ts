import { describe, expect, it } from "vitest";
import { Rng, type TensorData } from "../base/index.ts";
import { buildGraph, input } from "../graph/index.ts";
import { allPairsCosineLoss, infoNceLoss, supConLoss } from "../losses/index.ts";
import {
  compactEncoder,
  datasetsOf,
  gatherImages,
  type ImageDataset,
  lightAugmentation,
  splitDatasets,
  variedPictures,
} from "../modality/image/index.ts";
import { ForwardPass, initialState, type Module, projectionHead } from "../nn/index.ts";
import { adam, constantRate } from "../optim/index.ts";
import { evaluateGraph, type Numbers, referenceRuntime } from "../runtime/index.ts";
import { labelTask } from "./labelTask.ts";
import type { Task } from "./task.ts";
import { train } from "./train.ts";
import { viewTask } from "./viewTask.ts";

const encoder = compactEncoder({ size: 8, dim: 3, width: 2 });

function state(module: Pick<Module, "state"> = encoder): Map<string, Numbers> {
  const values = initialState(module, (name) => Rng.of(1, name));
  return new Map([...values].map(([name, value]) => [name, numbers(value)]));
}

function numbers({ dtype, shape, data }: TensorData): Numbers {
  return { dtype, shape, data: Array.from(data, Number) };
}

function pictures(count: number): Numbers {
  const rng = Rng.of(2, "pictures");
  return {
    dtype: "float32",
    shape: [count, 1, 8, 8],
    data: Array.from({ length: count * 64 }, () => rng.uniform(-1, 1)),
  };
}

/** The embeddings of pictures, each by itself: validation needs no other's statistics. */
function embed(images: Numbers): number[][] {
  const count = images.shape[0]!;
  const embedding = encoder.forward(input("images", [count, 1, 8, 8]), new ForwardPass({ training: false }));
  const { outputs } = evaluateGraph(
    buildGraph({ name: "embed", outputs: { embedding } }),
    state().set("images", images),
  );
  const flat = Array.from(outputs.get("embedding")!.data, Number);
  return Array.from({ length: count }, (_, i) => flat.slice(3 * i, 3 * i + 3));
}

function lossOf(task: Task, batch: number, feeds: Readonly<Record<string, Numbers>>): number {
  const loss = task.loss(batch, new ForwardPass({ training: false }));
  const values = new Map([...state(task), ...Object.entries(feeds)]);
  const { outputs } = evaluateGraph(buildGraph({ name: "loss", outputs: { loss } }), values);
  return Number(outputs.get("loss")!.data[0]);
}

const cosine = (a: readonly number[], b: readonly number[]): number => {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

/** Two classes of 8 x 8 pictures, bright above or below. */
const halves: ImageDataset = {
  ...{ name: "halves", count: 20, channels: 1, height: 8, width: 8 },
  pixels: Uint8Array.from({ length: 20 * 64 }, (_, i) =>
    i % 64 < 32 === (Math.floor(i / 64) % 2 === 0) ? 200 : 40,
  ),
  labels: Int32Array.from({ length: 20 }, (_, row) => row % 2),
};

describe("a task by itself", () => {
  const trained = (task: Task, data = halves) =>
    train({
      ...{ runtime: referenceRuntime(), ...splitDatasets(data, 6), task },
      ...{ optimizer: adam(), schedule: constantRate(0.01), epochs: 1, batchSize: 5 },
    });

  it.each([
    ["labels", labelTask(encoder, supConLoss)],
    ["varied pictures with labels", labelTask(encoder, supConLoss, variedPictures(lightAugmentation))],
    ["views", viewTask(encoder, infoNceLoss)],
  ])("brings its batches: %s", async (_, task) => {
    const { history } = await trained(task);
    expect(history[0]).toMatchObject({ epoch: 1, unit: "pictures" });
    expect(Number.isFinite(history[0]!.trainLoss + history[0]!.valLoss!)).toBe(true);
  });

  it("varies what is trained on, and nothing else", async () => {
    const plain = await trained(labelTask(encoder, supConLoss));
    const varied = await trained(
      labelTask(encoder, supConLoss, variedPictures({ ...lightAugmentation, shift: 3 })),
    );
    expect(varied.history[0]!.trainLoss).not.toBe(plain.history[0]!.trainLoss);
    const sources = labelTask(encoder, supConLoss, variedPictures({ shift: 3 })).sources;
    const { validation } = sources(datasetsOf({ training: halves, validation: halves }), {
      batchSize: 20,
      seed: 1,
    });
    for await (const { feeds, rows } of validation!.batches(0, 0)) {
      expect(feeds.images!.data).toEqual(gatherImages(halves, (rows as { rows: Uint32Array }).rows));
    }
  });

  it("of labels is refused where there are none", async () => {
    await expect(trained(labelTask(encoder, supConLoss), { ...halves, labelled: false })).rejects.toThrow(
      "halves has no labels, and a task of labels learns from them: choose a task of views (viewTask)",
    );
  });
});

describe("labelTask", () => {
  it("compares all pairs of different pictures by their labels", () => {
    const images = pictures(5);
    const labels = [4, 7, 4, 7, 1];
    const rows = embed(images);
    const errors = { alike: [] as number[], unalike: [] as number[] };
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 5; j++) {
        if (i === j) continue;
        const alike = labels[i] === labels[j];
        errors[alike ? "alike" : "unalike"].push((cosine(rows[i]!, rows[j]!) - (alike ? 1 : 0)) ** 2);
      }
    }
    const received = lossOf(labelTask(encoder, allPairsCosineLoss), 5, {
      images,
      labels: { dtype: "int32", shape: [5], data: labels },
    });
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect([errors.alike.length, errors.unalike.length]).toEqual([4, 16]);
    expect(received).toBeCloseTo((mean(errors.alike) + mean(errors.unalike)) / 2, 5);
  });
});

describe("viewTask", () => {
  it("has each picture's first view find its second among those of all", () => {
    const images = pictures(6);
    const rows = embed(images);
    const logits = [0, 1, 2].map((i) => [3, 4, 5].map((j) => cosine(rows[i]!, rows[j]!) / 0.07));
    const crossEntropy = (matrix: number[][]): number =>
      matrix.reduce((sum, row, i) => sum + Math.log(row.reduce((s, x) => s + Math.exp(x), 0)) - row[i]!, 0) /
      3;
    const columns = [0, 1, 2].map((j) => logits.map((row) => row[j]!));
    const received = lossOf(viewTask(encoder, infoNceLoss), 3, { images });
    expect(received).toBeCloseTo((crossEntropy(logits) + crossEntropy(columns)) / 2, 4);
  });

  it("sees embeddings through a head, which is trained beside the encoder and is no part of it", () => {
    const task = viewTask(encoder, infoNceLoss, projectionHead(3, { hidden: 5, dim: 2 }));
    const own = new Set(encoder.state.map(({ name }) => name));
    const added = task.state.filter(({ name }) => !own.has(name));
    expect(task.towers.get("image")!.state).toBe(encoder.state);
    expect(added.filter(({ trainable }) => trainable).map(({ name, shape }) => [name, shape])).toEqual([
      ["head.linear1.weight", [5, 3]],
      ["head.linear1.bias", [5]],
      ["head.norm.weight", [5]],
      ["head.norm.bias", [5]],
      ["head.linear2.weight", [2, 5]],
      ["head.linear2.bias", [2]],
    ]);
    // Before training, batch norm divides by the root of 1 + 1e-5.
    const values = state(task);
    const layer = (x: number[], name: string): number[] => {
      const [weight, bias] = ["weight", "bias"].map((which) => [
        ...values.get(`head.${name}.${which}`)!.data,
      ]);
      return bias!.map((b, i) => x.reduce((sum, value, k) => sum + value * weight![i * x.length + k]!, b));
    };
    const images = pictures(4);
    const rows = embed(images).map((row) =>
      layer(
        layer(row, "linear1").map((value) => Math.max(0, value / Math.sqrt(1 + 1e-5))),
        "linear2",
      ),
    );
    const logits = [0, 1].map((i) => [2, 3].map((j) => cosine(rows[i]!, rows[j]!) / 0.07));
    const entropies = (matrix: number[][]): number =>
      matrix.reduce((sum, row, i) => sum + Math.log(Math.exp(row[0]!) + Math.exp(row[1]!)) - row[i]!, 0) / 2;
    const columns = [0, 1].map((j) => logits.map((row) => row[j]!));
    const expected = (entropies(logits) + entropies(columns)) / 2;
    expect(lossOf(task, 2, { images })).toBeCloseTo(expected, 4);
  });
});
