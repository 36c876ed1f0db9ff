import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TensorData } from "../../src/base/index.ts";
import { lessonEncoder } from "../../src/modality/image/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { lessonBatch } from "./lessonInputs.ts";
import { lessonScalars, lessonStart, type lessonStepGraph } from "./lessonTraining.ts";

interface GoldenState {
  readonly shape: readonly number[];
  readonly sum: number;
  readonly norm: number;
  readonly samples: readonly number[];
}

/** PyTorch's steps, as `test/golden/lessonSteps.py` writes them. */
export interface GoldenSteps {
  readonly steps: number;
  readonly batch: number;
  readonly weightStream: number;
  readonly learningRate: number;
  readonly losses: readonly number[];
  readonly state: Readonly<Record<string, GoldenState>>;
}

const encoder = lessonEncoder({ dropout: 0 });

/** Adam turns the rounding errors of these gradients, zero but for them, into steps that have no effect. */
const wandering = /^conv\d\.0\.bias$/;

interface Trained {
  readonly losses: number[];
  /** As in the golden file: running means are given less the running mean of the convolution's bias. */
  readonly state: ReadonlyMap<string, Float64Array>;
}

async function train(
  runtime: Runtime,
  stepGraph: typeof lessonStepGraph,
  { steps, batch, weightStream, learningRate, state: goldenState }: GoldenSteps,
): Promise<Trained> {
  const program = await runtime.compile(stepGraph(batch, 0));
  const store = await runtime.createStore(lessonStart(weightStream));
  const blocks = ["conv1", "conv2"];
  const followed = new Map(
    blocks.map((name) => [name, new Float64Array(goldenState[`${name}.0.bias`]!.samples.length)]),
  );
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const biases = await store.read(blocks.map((name) => `${name}.0.bias`));
    for (const [name, mean] of followed) {
      const bias = numbers(biases.get(`${name}.0.bias`)!);
      for (let pass = 0; pass < 2; pass++)
        bias.forEach((value, i) => {
          mean[i] = 0.9 * mean[i]! + 0.1 * value;
        });
    }
    const feeds = { ...lessonBatch(step, batch), ...lessonScalars(step + 1, learningRate) };
    const { loss } = await program.run(feeds, { store });
    losses.push(Number(loss!.data[0]));
  }
  const read = await store.read(encoder.state.map(({ name }) => name));
  const state = new Map([...read].map(([name, value]) => [name, numbers(value)]));
  for (const [name, mean] of followed) {
    const running = state.get(`${name}.1.running_mean`)!;
    mean.forEach((value, i) => {
      running[i] = running[i]! - value;
    });
  }
  return { losses, state };
}

function numbers({ data }: TensorData): Float64Array {
  return Float64Array.from(data as Float32Array, Number);
}

/** All of a small tensor, else 200 places spread by a prime, as in the golden's script. */
function samplesOf(values: Float64Array): number[] {
  if (values.length <= 200) return [...values];
  return Array.from({ length: 200 }, (_, i) => values[(i * 7919) % values.length]!);
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** With KINDRED_SHOW_PARITY set, the errors themselves; there are no variables in a browser. */
function show(...what: readonly string[]): void {
  if (typeof process !== "undefined" && process.env.KINDRED_SHOW_PARITY) console.log(...what);
}

/** 20 Adam steps of the lesson's encoder against PyTorch's, on a runtime that is made for it. */
export function paritySuite(
  title: string,
  makeRuntime: () => Promise<Runtime>,
  stepGraph: typeof lessonStepGraph,
  golden: GoldenSteps,
): void {
  describe(`20 Adam steps of the lesson's encoder, ${title}`, () => {
    let runtime: Runtime | undefined;
    let trained: Trained;
    beforeAll(async () => {
      runtime = await makeRuntime();
      trained = await train(runtime, stepGraph, golden);
    });
    afterAll(async () => {
      await runtime?.dispose();
    });

    it("have PyTorch's losses, each within 1e-4 of it", () => {
      const { losses } = trained;
      const errors = losses.map((loss, step) => Math.abs(loss - golden.losses[step]!) / golden.losses[step]!);
      show("relative loss errors", errors.map((e) => e.toExponential(1)).join(" "));
      expect(losses).toHaveLength(20);
      for (const [step, error] of errors.entries())
        expect(error, `loss of step ${step + 1}`).toBeLessThan(1e-4);
    });

    for (const name of Object.keys(golden.state).filter((one) => !wandering.test(one))) {
      it(`leave ${name} as PyTorch does`, () => {
        const received = trained.state.get(name)!;
        const expected = golden.state[name]!;
        const samples = samplesOf(received);
        const scale = Math.max(1, greatest(expected.samples));
        const error = greatest(samples.map((value, i) => value - expected.samples[i]!)) / scale;
        const norm = Math.sqrt(received.reduce((sum, value) => sum + value * value, 0));
        const normError = Math.abs(norm - expected.norm) / Math.max(1, expected.norm);
        show(name, "samples", error.toExponential(1), "norm", normError.toExponential(1));
        expect(samples).toHaveLength(expected.samples.length);
        expect(error).toBeLessThan(1e-3);
        expect(normError).toBeLessThan(1e-3);
        expect(Math.abs(received.reduce((a, b) => a + b, 0) - expected.sum) / received.length).toBeLessThan(
          1e-3 * scale,
        );
      });
    }
  });
}
