import fc from "fast-check";
import { expect } from "vitest";
import { grad } from "../autodiff/index.ts";
import { Rng, tensorData } from "../base/index.ts";
import { buildGraph, type Graph, input, type Tensor } from "../graph/index.ts";
import { evaluateGraph, type Numbers, type Runtime } from "../runtime/index.ts";

/** What a loss is computed from: one or two `[batch, dim]`, and labels `[batch]` for losses that take them. */
export interface LossBatch {
  readonly batch: number;
  readonly dim: number;
  readonly inputs: readonly (readonly number[])[];
  readonly labels: readonly number[] | null;
}

export interface Computed {
  readonly loss: number;
  /** One for each of the inputs, row after row. */
  readonly gradients: readonly ArrayLike<number>[];
}

/** A loss as a graph of a matrix and its labels, or of two matrices. */
export type BuildLoss = (a: Tensor, b: Tensor) => Tensor;

/** Rows of a matrix. */
export type Rows = readonly (readonly number[])[];

/** A loss as loops over rows: two matrices, or one matrix and labels. */
export type LossByLoops = (a: Rows, b: Rows, labels: readonly number[]) => number;

function lossGraph(build: BuildLoss, { batch, dim, inputs, labels }: LossBatch): Graph {
  const tensors = inputs.map((_, index) => input(`x${index}`, [batch, dim]));
  const loss = build(tensors[0]!, labels ? input("labels", [batch], "int32") : tensors[1]!);
  const gradients = grad(loss, tensors).map((tensor, index) => [`by x${index}`, tensor] as const);
  return buildGraph({ name: "loss", outputs: { loss, ...Object.fromEntries(gradients) } });
}

/** Loss and gradients on the reference in float64. */
export function exactly(build: BuildLoss, batch: LossBatch): Computed {
  const { inputs, labels } = batch;
  const feeds = new Map<string, Numbers>(
    inputs.map((data, index) => [
      `x${index}`,
      { dtype: "float32", shape: [batch.batch, batch.dim], data: [...data] },
    ]),
  );
  if (labels) feeds.set("labels", { dtype: "int32", shape: [batch.batch], data: [...labels] });
  const { outputs } = evaluateGraph(lossGraph(build, batch), feeds);
  return {
    loss: outputs.get("loss")!.data[0]!,
    gradients: inputs.map((_, index) => outputs.get(`by x${index}`)!.data),
  };
}

/** Loss and gradients on a runtime in float32. */
export async function onRuntime(runtime: Runtime, build: BuildLoss, batch: LossBatch): Promise<Computed> {
  const { inputs, labels } = batch;
  const program = await runtime.compile(lossGraph(build, batch));
  const matrices = inputs.map((x, i) => [`x${i}`, tensorData("float32", [batch.batch, batch.dim], x)]);
  const outputs = await program.run({
    ...Object.fromEntries(matrices),
    ...(labels ? { labels: tensorData("int32", [batch.batch], labels) } : {}),
  });
  await program.dispose();
  return {
    loss: Number(outputs.loss!.data[0]),
    gradients: inputs.map((_, index) => Array.from(outputs[`by x${index}`]!.data, Number)),
  };
}

/** The loss of a transcription, and its central differences as gradients. */
export function byDifferences(byLoops: LossByLoops, batch: LossBatch): Computed {
  const lossOf = (inputs: LossBatch["inputs"]): number => {
    const [a, b] = inputs.map((values) => rowsOf(values, batch.dim));
    return byLoops(a!, b ?? [], batch.labels ?? []);
  };
  const step = 1e-6;
  const gradients = batch.inputs.map((values, which) =>
    values.map((value, place) => {
      const moved = (by: number): number => lossOf(batch.inputs.with(which, values.with(place, value + by)));
      return (moved(step) - moved(-step)) / (2 * step);
    }),
  );
  return { loss: lossOf(batch.inputs), gradients };
}

function rowsOf(values: readonly number[], dim: number): Rows {
  return Array.from({ length: values.length / dim }, (_, i) => values.slice(i * dim, (i + 1) * dim));
}

/** The same batch with its rows in another order. */
export function reordered(batch: LossBatch, order: ArrayLike<number>): LossBatch {
  return {
    ...batch,
    inputs: batch.inputs.map((values) => reorder(values, order, batch.dim)),
    labels: batch.labels && reorder(batch.labels, order, 1),
  };
}

/** The rows of a `[batch, dim]` list in another order. */
export function reorder(values: ArrayLike<number>, order: ArrayLike<number>, dim: number): number[] {
  return Array.from(order).flatMap((row) => Array.from(values).slice(row * dim, (row + 1) * dim));
}

/** Standard normal rows; labels of about `batch / 3` classes where asked for. */
export function draw(options: {
  readonly batch: number;
  readonly dim: number;
  readonly seed: number;
  readonly of: "labels" | "views";
}): LossBatch {
  const { batch, dim, seed, of } = options;
  const rng = Rng.of(seed, "losses");
  const matrix = (): number[] => Array.from({ length: batch * dim }, () => rng.normal());
  return {
    batch,
    dim,
    inputs: of === "views" ? [matrix(), matrix()] : [matrix()],
    labels: of === "labels" ? Array.from({ length: batch }, () => rng.int(Math.ceil(batch / 3))) : null,
  };
}

/** Batches of 1 to 9 rows of length 2 to 6, so that some lack positives or negatives. */
export function anyBatch(of: "labels" | "views"): fc.Arbitrary<LossBatch> {
  return fc
    .record({
      batch: fc.integer({ min: 1, max: 9 }),
      dim: fc.integer({ min: 2, max: 6 }),
      seed: fc.nat(1e6),
    })
    .map((sizes) => draw({ ...sizes, of }));
}

/** Expects values within a tolerance, a share of the greatest expected (of 1, where that is less). */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = "values",
): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / scale;
    expect(error, `${what}[${i}]: ${actual[i]} for ${expected[i]}`).toBeLessThanOrEqual(tolerance);
  }
}

/** Expects the loss and every gradient within a tolerance. */
export function expectSame(actual: Computed, expected: Computed, tolerance: number): void {
  expectClose([actual.loss], [expected.loss], tolerance, "loss");
  expect(actual.gradients.length).toBe(expected.gradients.length);
  for (const [index, gradient] of expected.gradients.entries()) {
    expectClose(actual.gradients[index]!, gradient, tolerance, `gradient by x${index}`);
  }
}

/** Cosine of the angle between two rows. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  let [dot, a2, b2] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    dot += a[k]! * b[k]!;
    a2 += a[k]! ** 2;
    b2 += b[k]! ** 2;
  }
  return dot / Math.sqrt(a2 * b2);
}

/** Euclidean distance between two rows scaled to length one, coordinate by coordinate. */
export function unitDistance(a: readonly number[], b: readonly number[]): number {
  const [lengthA, lengthB] = [Math.hypot(...a), Math.hypot(...b)];
  return Math.hypot(...a.map((value, k) => value / lengthA - b[k]! / lengthB));
}

/** Unit rows in the plane at these angles. */
export function atAngles(angles: readonly number[], labels: readonly number[]): LossBatch {
  const row = angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);
  return { batch: angles.length, dim: 2, inputs: [row], labels };
}
