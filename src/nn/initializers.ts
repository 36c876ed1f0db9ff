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
