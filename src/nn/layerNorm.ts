import { layerNorm } from "../ops/index.ts";
import { filled } from "./initializers.ts";
import type { Module } from "./module.ts";

/**
 * Normalises the last axis of each example, then scales and shifts: named and initialised as PyTorch's `LayerNorm`.
 *
 * @param epsilon Added to the variance. Default 1e-5, as in PyTorch.
 * @see Ba, Kiros and Hinton, "Layer Normalization" (2016), https://arxiv.org/abs/1607.06450
 */
export function layerNormLayer(width: number, epsilon = 1e-5): Module {
  const shape = [width];
  return {
    state: [filled("weight", shape, 1, true), filled("bias", shape, 0, true)],
    forward: (x, pass) => layerNorm(x, pass.state("weight", shape), pass.state("bias", shape), { epsilon }),
  };
}
