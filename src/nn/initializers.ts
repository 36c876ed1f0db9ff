import { type Shape, sizeOf } from "../base/index.ts";
import type { StateSpec } from "./module.ts";

/**
 * A parameter drawn uniformly from `±1/sqrt(fanIn)`: what PyTorch's Conv2d and Linear start from
 * (`kaiming_uniform_` with `a = sqrt(5)` for weights comes to the same bound as for biases).
 *
 * @see https://github.com/pytorch/pytorch/blob/v1.13.1/torch/nn/modules/linear.py
 */
export function uniformFanIn(name: string, shape: Shape, fanIn: number): StateSpec<"float32"> {
  const bound = 1 / Math.sqrt(fanIn);
  return {
    name,
    dtype: "float32",
    shape,
    trainable: true,
    initialize: (rng) => rng.fillUniform(new Float32Array(sizeOf(shape)), -bound, bound),
  };
}

/**
 * A parameter drawn from a normal distribution of deviation `sqrt(2 / fan)`, which keeps the variance of what passes
 * a ReLU: forward where `fan` counts a result's inputs, backward where it counts an input's results.
 *
 * @see He et al., "Delving Deep into Rectifiers" (2015), https://arxiv.org/abs/1502.01852
 */
export function heNormal(name: string, shape: Shape, fan: number): StateSpec<"float32"> {
  return normal(name, shape, Math.sqrt(2 / fan));
}

/** A parameter drawn from a normal distribution around 0 of this deviation. */
export function normal(name: string, shape: Shape, deviation: number): StateSpec<"float32"> {
  return {
    name,
    dtype: "float32",
    shape,
    trainable: true,
    initialize: (rng) => Float32Array.from({ length: sizeOf(shape) }, () => deviation * rng.normal()),
  };
}

/** A float32 state that starts as one value everywhere. */
export function filled(name: string, shape: Shape, value: number, trainable: boolean): StateSpec<"float32"> {
  return {
    name,
    dtype: "float32",
    shape,
    trainable,
    initialize: () => new Float32Array(sizeOf(shape)).fill(value),
  };
}
