import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { Rng } from "../base/index.ts";
import { nodeRuntime } from "../platform/node/ort/devices.ts";
import { referenceRuntime } from "../runtime/index.ts";
import {
  anyBatch,
  type BuildLoss,
  byDifferences,
  draw,
  exactly,
  expectClose,
  expectSame,
  type LossBatch,
  type LossByLoops,
  onRuntime,
  reorder,
  reordered,
} from "./lossBatch.fixture.ts";

/** A batch whose loss and gradients PyTorch gave. */
export interface GoldenLoss<Options> extends LossBatch {
  readonly options: Options;
  readonly loss: number;
  readonly gradients: readonly (readonly number[])[];
}

export interface LossSuite<Options> {
  readonly of: "labels" | "views";
  readonly build: (options: Options) => BuildLoss;
  /** The paper's formula as loops over rows. */
  readonly byLoops: (options: Options) => LossByLoops;
  readonly golden: readonly GoldenLoss<Options>[];
  /** Options to check loops, invariances and runtimes with. */
  readonly options: readonly Options[];
  /** Whether rows are compared by their direction alone. Default true. */
  readonly ofDirections?: boolean;
}

/**
 * What is asked of every loss over a batch: the formula in loops, with its central differences; no dependence on the
 * order of rows, nor on their lengths where only directions count; PyTorch's values; and the same on the runtimes.
 */
export function lossSuite<Options>(suite: LossSuite<Options>): void {
  const { of, build, byLoops, golden, options, ofDirections = true } = suite;
  const chosen = options.map((each) => [JSON.stringify(each), each] as const);
  const runs = { seed: 1, numRuns: 30 };

  it.each(chosen)("is the paper's formula in loops, value and gradient, with %s", (_, each) => {
    fc.assert(
      fc.property(anyBatch(of), (batch) => {
        const { loss, gradients } = exactly(build(each), batch);
        const loops = byDifferences(byLoops(each), batch);
        expectClose([loss], [loops.loss], 1e-10);
        expectSame({ loss, gradients }, loops, 1e-6);
      }),
      runs,
    );
  });

  it.each(chosen)("does not depend on the order of rows; gradients move along, with %s", (_, each) => {
    fc.assert(
      fc.property(anyBatch(of), fc.nat(1000), (batch, seed) => {
        const order = Rng.of(seed).permutation(batch.batch);
        const plain = exactly(build(each), batch);
        const gradients = plain.gradients.map((gradient) => reorder(gradient, order, batch.dim));
        expectSame(exactly(build(each), reordered(batch, order)), { loss: plain.loss, gradients }, 1e-10);
      }),
      runs,
    );
  });

  if (ofDirections) {
    it.each(chosen)("does not depend on a row's length: x . dL/dx = 0, with %s", (_, each) => {
      fc.assert(
        fc.property(anyBatch(of), fc.double({ min: 0.01, max: 100, noNaN: true }), (batch, scale) => {
          const plain = exactly(build(each), batch);
          const scaled = batch.inputs.map((values) =>
            values.map((value, place) => (place < batch.dim ? value * scale : value)),
          );
          expectClose([exactly(build(each), { ...batch, inputs: scaled }).loss], [plain.loss], 1e-10);
          for (const [which, values] of batch.inputs.entries()) {
            for (let row = 0; row < batch.batch; row++) {
              let along = 0;
              for (let k = row * batch.dim; k < (row + 1) * batch.dim; k++) {
                along += values[k]! * plain.gradients[which]![k]!;
              }
              expect(Math.abs(along)).toBeLessThan(1e-10);
            }
          }
        }),
        runs,
      );
    });
  }

  it.each(golden)("is PyTorch's for $batch rows of length $dim and $options, with its gradients", (given) => {
    expectSame(exactly(build(given.options), given), given, 1e-10);
  });

  const cpu = nodeRuntime({ device: "cpu" });
  afterAll(async () => (await cpu).dispose());
  it.each(chosen)("is the same on ONNX Runtime, with %s", async (_, each) => {
    for (const batch of [24, 3, 1]) {
      const drawn = draw({ batch, dim: 16, seed: 5, of });
      const expected = await onRuntime(referenceRuntime(), build(each), drawn);
      expectSame(await onRuntime(await cpu, build(each), drawn), expected, 2e-6);
    }
  });
}
