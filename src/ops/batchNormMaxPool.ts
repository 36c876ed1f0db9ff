import { sizeOf } from "../base/index.ts";
import type { Tensor } from "../graph/index.ts";
import type { BatchNormResult } from "./batchNormTraining.ts";
import { customGradient } from "./customGradient.ts";
import { add, div, maximum, mul, neg, sqrt, sub } from "./elementwise.ts";
import { reshape } from "./layout.ts";
import type { PooledMaps } from "./pooledMaps.ts";
import { reduceSum } from "./reduction.ts";

export interface BatchNormMaxPoolOptions {
  /** Applications that the batch holds in turn, each with statistics of its own. Default 1. */
  readonly applications?: number;
  /** Added to the variance. Default 1e-5, as in PyTorch. */
  readonly epsilon?: number;
}

/**
 * Batch norm in training and then max-pool, in the cheaper order: where `scale` is not negative both keep order, so
 * the maps are pooled first and only a quarter of the values is normalised. The gradient's two sums, too, run over
 * pooled values, since nothing else has a gradient.
 *
 * The maps' own moments are used where they have them. Else the variance is the mean square less the square of the
 * mean, which takes one pass over the maps but loses digits where the mean is many times the deviation: give maps that
 * are roughly centred.
 *
 * `maps` `[n, c, ...]`, `scale` and `bias` `[c]`, or `[g c]` for g applications; statistics likewise.
 *
 * @see {@link batchNormTraining} for the formulas.
 */
export function batchNormMaxPool(
  maps: PooledMaps,
  scale: Tensor,
  bias: Tensor,
  options: BatchNormMaxPoolOptions = {},
): BatchNormResult {
  const { applications = 1, epsilon = 1e-5 } = options;
  const [n, c] = maps.pooled.shape as [number, number];
  const channels = applications * c;
  /** `[n g, c, h, w]` as `[n, g c, h w]`. */
  const view = (x: Tensor): Tensor =>
    reshape(x, [n / applications, channels, sizeOf(x.shape) / ((n / applications) * channels)]);
  const sumOf = (x: Tensor): Tensor => reduceSum(x, [0, 2]);
  const perChannel = (x: Tensor): Tensor => reshape(x, [channels, 1]);
  const pooled = view(maps.pooled);
  const moments = maps.moments?.(applications);
  if (moments) {
    const slope = div(scale, sqrt(add(moments.variance, epsilon)));
    const offset = sub(bias, mul(moments.mean, slope));
    const y = add(mul(pooled, perChannel(slope)), perChannel(offset));
    return { y: reshape(y, maps.pooled.shape), ...moments };
  }
  const parts = maps.parts.map(view);
  const count = parts.reduce((sum, part) => sum + sizeOf(part.shape), 0) / channels;
  const mean = mul(total(parts.map(sumOf)), 1 / count);
  const square = mul(total(parts.map((part) => sumOf(mul(part, part)))), 1 / count);
  const variance = maximum(sub(square, mul(mean, mean)), 0);
  const deviation = sqrt(add(variance, epsilon));
  const slope = div(scale, deviation);
  const offset = sub(bias, mul(mean, slope));
  const composed = reshape(add(mul(pooled, perChannel(slope)), perChannel(offset)), maps.pooled.shape);
  const y = customGradient(composed, [...maps.parts, scale, bias], (given) => {
    const dy = view(given);
    const sum = sumOf(dy);
    const product = sub(sumOf(mul(dy, pooled)), mul(mean, sum));
    const perCentred = mul(div(mul(slope, product), mul(deviation, deviation)), -1 / count);
    const constant = neg(add(mul(mul(slope, sum), 1 / count), mul(perCentred, mean)));
    const unpooled = maps.unpool(reshape(mul(dy, perChannel(slope)), maps.pooled.shape));
    const ofParts = parts.map((part, index) => {
      const statistics = add(mul(part, perChannel(perCentred)), perChannel(constant));
      return add(unpooled[index]!, reshape(statistics, maps.parts[index]!.shape));
    });
    return [...ofParts, div(product, deviation), sum];
  });
  return { y, mean, variance, count };
}

function total(terms: readonly Tensor[]): Tensor {
  return terms.reduce((sum, term) => add(sum, term));
}
