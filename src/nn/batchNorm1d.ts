import { add, div, mul, reshape, sqrt, sub } from "../ops/index.ts";
import { batchNorm2dLayer, batchNormTensors } from "./batchNorm2d.ts";
import type { Module } from "./module.ts";

/** Added to the variance, as in PyTorch. */
const epsilon = 1e-5;

/**
 * Batch normalisation of features `[n, c]`, as PyTorch's `BatchNorm1d`: by the batch's statistics in training, by the
 * running ones else.
 *
 * In use it is plain arithmetic, which means the same in every ONNX operator set.
 */
export function batchNorm1dLayer(features: number): Module {
  const maps = batchNorm2dLayer(features, { epsilon });
  return {
    state: maps.state,
    forward: (x, pass) => {
      if (pass.training) return reshape(maps.forward(reshape(x, [...x.shape, 1, 1]), pass), x.shape);
      const { scale, bias, runningMean, runningVariance } = batchNormTensors(pass, features);
      const slope = div(scale, sqrt(add(runningVariance, epsilon)));
      return add(mul(sub(x, runningMean), slope), bias);
    },
  };
}
