import type { Tensor } from "../graph/index.ts";
import {
  add,
  batchNormMaxPool,
  convMaxPool2d,
  less,
  mul,
  type Padding,
  relu,
  reshape,
  stopGradient,
  sub,
  where,
} from "../ops/index.ts";
import { forEachApplication } from "./applications.ts";
import { batchNorm2dLayer, batchNormTensors, followStatistics } from "./batchNorm2d.ts";
import { conv2dLayer, maxPool2dLayer, reluLayer } from "./layers.ts";
import type { ForwardPass, Module } from "./module.ts";
import { sequential } from "./sequential.ts";

export interface ConvolutionBlockOptions {
  /** Zeros around the picture. Default 0. */
  readonly padding?: Padding;
}

/**
 * Convolution, batch norm, ReLU and max-pool 2: `[n, in, h, w] -> [n, out, floor(h'/2), floor(w'/2)]`, its state
 * named as that of PyTorch's `Sequential(Conv2d, BatchNorm2d, ...)`.
 *
 * Training computes the same function in a cheaper order. Max-pool goes before ReLU, since both keep order, and before
 * batch norm's scale: where that is negative, the convolution's weights change sign instead. The convolution's bias
 * has no effect but on the running mean, as batch norm takes any constant away again. It has no gradient therefore,
 * where PyTorch's has one of rounding errors, and in its place the convolution takes off the running mean: near the
 * batch's own, it leaves maps centred enough for a variance in one pass.
 */
export function convolutionBlock(
  inChannels: number,
  outChannels: number,
  kernel: number,
  options: ConvolutionBlockOptions = {},
): Module {
  // Before training the usual order, so that an exported encoder has the nodes that other tools expect.
  const layers = sequential([
    conv2dLayer(inChannels, outChannels, kernel, options),
    batchNorm2dLayer(outChannels),
    maxPool2dLayer(2),
    reluLayer(),
  ]);
  const weightShape = [outChannels, inChannels, kernel, kernel];
  return {
    state: layers.state,
    forward: (x, pass) => (pass.training ? train(x, pass, weightShape, options) : layers.forward(x, pass)),
  };
}

function train(
  x: Tensor,
  pass: ForwardPass,
  weightShape: readonly number[],
  options: ConvolutionBlockOptions,
): Tensor {
  const channels = weightShape[0]!;
  const convolution = pass.within("0");
  const norm = pass.within("1");
  const { scale, bias, runningMean } = batchNormTensors(norm, channels);
  const { applications } = pass;
  const sign = where(less(scale, 0), -1, 1);
  const weight = mul(convolution.state("weight", weightShape), reshape(sign, [channels, 1, 1, 1]));
  const shift = stopGradient(mul(sign, sub(convolution.state("bias", [channels]), runningMean)));
  const { y, mean, variance, count } = batchNormMaxPool(
    convMaxPool2d(x, weight, shift, options),
    forEachApplication(mul(scale, sign), applications),
    forEachApplication(bias, applications),
    { applications },
  );
  const signedMean = mul(mean, forEachApplication(sign, applications));
  const trueMean = add(signedMean, forEachApplication(runningMean, applications));
  followStatistics(norm, channels, { mean: trueMean, variance, count }, {});
  return relu(y);
}
