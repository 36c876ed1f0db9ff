import { constant, type InputTensor } from "../graph/index.ts";
import { add, batchNormInference, batchNormTraining, mul } from "../ops/index.ts";
import { filled } from "./initializers.ts";
import type { ForwardPass, Module } from "./module.ts";

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
  const { epsilon = 1e-5, momentum = 0.1 } = options;
  const shape = [channels];
  return {
    state: [
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
    ],
    forward: (x, pass) => {
      const scale = pass.state("weight", shape);
      const bias = pass.state("bias", shape);
      const runningMean = pass.state("running_mean", shape);
      const runningVariance = pass.state("running_var", shape);
      if (!pass.training) {
        return batchNormInference(x, { scale, bias, mean: runningMean, variance: runningVariance }, epsilon);
      }
      const { y, mean, variance, count } = batchNormTraining(x, scale, bias, epsilon);
      const unbiased = mul(variance, count / Math.max(1, count - 1));
      follow(pass, runningMean, mean, momentum);
      follow(pass, runningVariance, unbiased, momentum);
      const batches = pass.state("num_batches_tracked", [], "int64");
      pass.updates.set(batches, add(pass.latest(batches), constant("int64", [], [1])));
      return y;
    },
  };
}

/** `running = (1 - momentum) running + momentum value`. */
function follow(
  pass: ForwardPass,
  running: InputTensor,
  value: ReturnType<typeof mul>,
  momentum: number,
): void {
  pass.updates.set(running, add(mul(pass.latest(running), 1 - momentum), mul(value, momentum)));
}
