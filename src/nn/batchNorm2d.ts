import { constant, type InputTensor } from "../graph/index.ts";
import {
  add,
  type BatchNormResult,
  batchNormInference,
  batchNormTraining,
  mul,
  reshape,
  split,
} from "../ops/index.ts";
import { applicationsAsChannels, forEachApplication } from "./applications.ts";
import { filled } from "./initializers.ts";
import type { ForwardPass, Module, StateSpec } from "./module.ts";

export interface BatchNormOptions {
  /** Added to the variance. Default 1e-5, as in PyTorch. */
  readonly epsilon?: number;
  /** Weight of the newest batch in the running statistics. Default 0.1, as in PyTorch. */
  readonly momentum?: number;
}

/**
 * Batch normalisation of `[n, c, h, w]`: by the batch's statistics in training, by the running ones else. The
 * running variance is the unbiased one, and batches are counted, both as in PyTorch's `BatchNorm2d`.
 */
export function batchNorm2dLayer(channels: number, options: BatchNormOptions = {}): Module {
  const { epsilon = 1e-5 } = options;
  return {
    state: batchNormState(channels),
    forward: (x, pass) => {
      const { scale, bias, runningMean, runningVariance } = batchNormTensors(pass, channels);
      if (!pass.training) {
        return batchNormInference(x, { scale, bias, mean: runningMean, variance: runningVariance }, epsilon);
      }
      const { applications } = pass;
      const { y, ...statistics } = batchNormTraining(
        applicationsAsChannels(x, applications),
        forEachApplication(scale, applications),
        forEachApplication(bias, applications),
        epsilon,
      );
      followStatistics(pass, channels, statistics, options);
      return reshape(y, x.shape);
    },
  };
}

/** What a batch norm keeps, under PyTorch's names. */
export function batchNormState(channels: number): StateSpec[] {
  const shape = [channels];
  return [
    filled("weight", shape, 1, true),
    filled("bias", shape, 0, true),
    filled("running_mean", shape, 0, false),
    filled("running_var", shape, 1, false),
    {
      name: "num_batches_tracked",
      dtype: "int64",
      shape: [],
      trainable: false,
      initialize: () => new BigInt64Array(1),
    },
  ];
}

/** The state of a batch norm that a pass is in, each `[c]`. */
export function batchNormTensors(pass: ForwardPass, channels: number) {
  const of = (name: string): InputTensor => pass.state(name, [channels]);
  return {
    scale: of("weight"),
    bias: of("bias"),
    runningMean: of("running_mean"),
    runningVariance: of("running_var"),
  };
}

/** Statistics of a batch, `[g c]` where it holds g applications. */
export type BatchStatistics = Pick<BatchNormResult, "mean" | "variance" | "count">;

/** Has the running statistics follow a batch, application after application. */
export function followStatistics(
  pass: ForwardPass,
  channels: number,
  { mean, variance, count }: BatchStatistics,
  { momentum = 0.1 }: BatchNormOptions,
): void {
  const { runningMean, runningVariance } = batchNormTensors(pass, channels);
  const unbiased = mul(variance, count / Math.max(1, count - 1));
  for (const [running, values] of [[runningMean, mean] as const, [runningVariance, unbiased] as const]) {
    const perApplication =
      pass.applications === 1 ? [values] : split(values, new Array(pass.applications).fill(channels), 0);
    for (const value of perApplication) {
      pass.updates.set(running, add(mul(pass.latest(running), 1 - momentum), mul(value, momentum)));
    }
  }
  const batches = pass.state("num_batches_tracked", [], "int64");
  pass.updates.set(batches, add(pass.latest(batches), constant("int64", [], [pass.applications])));
}
