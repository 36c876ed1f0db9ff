import { KindredError, sizeOf } from "../base/index.ts";
import {
  type ConvOptions,
  conv2d,
  gemm,
  globalAveragePool2d,
  maxPool2d,
  mul,
  type Pair,
  relu,
  reshape,
} from "../ops/index.ts";
import { uniformFanIn } from "./initializers.ts";
import type { Module } from "./module.ts";

export interface Conv2dOptions extends ConvOptions {
  /** Default true. */
  readonly bias?: boolean;
}

/** A convolution layer `[n, in, h, w] -> [n, out, h', w']`, initialised as PyTorch's `Conv2d`. */
export function conv2dLayer(
  inChannels: number,
  outChannels: number,
  kernel: number,
  options: Conv2dOptions = {},
): Module {
  const { bias = true, ...convolution } = options;
  const shape = [outChannels, inChannels / (options.groups ?? 1), kernel, kernel];
  const fanIn = sizeOf(shape.slice(1));
  const weightSpec = uniformFanIn("weight", shape, fanIn);
  const biasSpec = uniformFanIn("bias", [outChannels], fanIn);
  return {
    state: bias ? [weightSpec, biasSpec] : [weightSpec],
    forward: (x, pass) =>
      conv2d(x, pass.state("weight", shape), bias ? pass.state("bias", [outChannels]) : null, convolution),
  };
}

/** `x W' + b`: `[n, in] -> [n, out]`, initialised as PyTorch's `Linear`. */
export function linearLayer(inFeatures: number, outFeatures: number): Module {
  const shape = [outFeatures, inFeatures];
  return {
    state: [uniformFanIn("weight", shape, inFeatures), uniformFanIn("bias", [outFeatures], inFeatures)],
    forward: (x, pass) =>
      gemm(x, pass.state("weight", shape), pass.state("bias", [outFeatures]), { transB: 1 }),
  };
}

/** `max(x, 0)`. */
export function reluLayer(): Module {
  return { state: [], forward: relu };
}

/** The greatest value of each window; windows do not overlap. */
export function maxPool2dLayer(window: Pair): Module {
  return { state: [], forward: (x) => maxPool2d(x, window) };
}

/** The mean of each map: `[n, c, h, w] -> [n, c]`. */
export function globalAveragePoolLayer(): Module {
  return { state: [], forward: (x) => reshape(globalAveragePool2d(x), x.shape.slice(0, 2)) };
}

/** `[n, ...] -> [n, product of the rest]`. */
export function flattenLayer(): Module {
  return { state: [], forward: (x) => reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1))]) };
}

/**
 * In training, sets each value to zero with probability `drop` and scales the others by `1 / (1 - drop)`; else
 * the identity.
 *
 * @throws KindredError unless `0 <= drop < 1`.
 * @see Srivastava et al., "Dropout" (2014), https://jmlr.org/papers/v15/srivastava14a.html
 */
export function dropoutLayer(drop: number): Module {
  if (!(drop >= 0 && drop < 1))
    throw new KindredError(`dropout probability ${drop} cannot be used, expected 0 <= p < 1`);
  return {
    state: [],
    forward: (x, pass) => (pass.training && drop > 0 ? mul(x, pass.dropoutMask(x.shape, drop)) : x),
  };
}
