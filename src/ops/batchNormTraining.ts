import { sizeOf } from "../base/index.ts";
import type { Tensor } from "../graph/index.ts";
import { customGradient } from "./customGradient.ts";
import { add, div, mul, sqrt, sub } from "./elementwise.ts";
import { reshape } from "./layout.ts";
import { channelwise } from "./normalization.ts";
import { reduceMean, reduceSum, reduceSumSquare } from "./reduction.ts";

export interface BatchNormResult {
  readonly y: Tensor;
  /** Mean of the batch, `[c]`. */
  readonly mean: Tensor;
  /** Biased variance of the batch, `[c]`. */
  readonly variance: Tensor;
  /** Elements that each statistic was taken over. */
  readonly count: number;
}

/**
 * Normalises each channel of `x` `[n, c, ...]` by the batch's own statistics:
 * `y = (x - mean) / sqrt(variance + epsilon) * scale + bias`.
 *
 * Its derivative is written in closed form (equation block of section 3 of the paper), since the chain rule through
 * the composed nodes would read the maps twice as often:
 * `dx = scale/deviation (dy - mean(dy) - centred/deviation^2 mean(dy centred))`.
 *
 * @see Ioffe and Szegedy, "Batch Normalization" (2015), https://arxiv.org/abs/1502.03167
 */
export function batchNormTraining(x: Tensor, scale: Tensor, bias: Tensor, epsilon = 1e-5): BatchNormResult {
  const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const channels = x.shape[1]!;
  const count = sizeOf(x.shape) / channels;
  const keep = { keepdims: true };
  const mean = reduceMean(x, axes, keep);
  const centred = sub(x, mean);
  const variance = mul(reduceSumSquare(centred, axes, keep), 1 / count);
  const deviation = sqrt(add(variance, epsilon));
  const slope = div(channelwise(scale, x), deviation);
  const composed = add(mul(centred, slope), channelwise(bias, x));
  const y = customGradient(composed, [x, scale, bias], (dy) => {
    const sum = reduceSum(dy, axes, keep);
    const product = reduceSum(mul(dy, centred), axes, keep);
    const perCentred = mul(div(mul(slope, product), mul(deviation, deviation)), -1 / count);
    const perChannel = mul(mul(slope, sum), -1 / count);
    return [
      add(add(mul(dy, slope), mul(centred, perCentred)), perChannel),
      reshape(div(product, deviation), [channels]),
      reshape(sum, [channels]),
    ];
  });
  return { y, mean: reshape(mean, [channels]), variance: reshape(variance, [channels]), count };
}
