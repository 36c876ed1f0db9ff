import { GraphError, normalizeAxis, sameShape } from "../base/index.ts";
import { applyOne, defineOp, type Tensor } from "../graph/index.ts";
import { add, div, mul, neg, pow, sqrt, sub } from "./elementwise.ts";
import { reshape } from "./layout.ts";
import { reduceMean, reduceSum, reduceSumSquare } from "./reduction.ts";

export const BatchNormalization = defineOp<"BatchNormalization">({
  op: "BatchNormalization",
  arity: [5, 5],
  infer: ([x, ...statistics]) => {
    const channels = x!.shape[1];
    for (const tensor of statistics) {
      if (channels === undefined || !sameShape(tensor.shape, [channels])) {
        throw new GraphError(`scale, bias, mean and variance must be [${channels}]`);
      }
    }
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  gradient: ({ inputs: [x, scale, , mean, variance], attributes: { epsilon } }, [dy]) => {
    const perChannel = (tensor: Tensor): Tensor => channelwise(tensor, x!);
    const axes = x!.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const deviation = sqrt(add(variance!, epsilon));
    const centred = sub(x!, perChannel(mean!));
    const slope = div(scale!, deviation);
    const sum = reduceSum(dy!, axes);
    const product = reduceSum(mul(dy!, centred), axes);
    return [
      mul(dy!, perChannel(slope)),
      div(product, deviation),
      sum,
      neg(mul(sum, slope)),
      mul(mul(mul(product, scale!), pow(deviation, -3)), -0.5),
    ];
  },
});

/** A `[c]` tensor shaped to broadcast over `x` `[n, c, ...]`. */
export function channelwise(tensor: Tensor, x: Tensor): Tensor {
  return reshape(
    tensor,
    x.shape.map((extent, axis) => (axis === 1 ? extent : 1)),
  );
}

export const LayerNormalization = defineOp<"LayerNormalization">({
  op: "LayerNormalization",
  arity: [3, 3],
  infer: ([x, scale, bias], { axis }) => {
    const normalized = x!.shape.slice(normalizeAxis(axis, x!.shape.length));
    for (const tensor of [scale, bias]) {
      if (tensor && !sameShape(tensor.shape, normalized)) {
        throw new GraphError(`scale and bias must be [${normalized.join(",")}]`);
      }
    }
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  gradient: ({ inputs: [x, scale, bias], attributes: { axis: given, epsilon } }, [dy]) => {
    const first = normalizeAxis(given, x!.shape.length);
    const axes = x!.shape.flatMap((_, axis) => (axis >= first ? [axis] : []));
    const count = axes.reduce((size, axis) => size * x!.shape[axis]!, 1);
    const keep = { keepdims: true };
    const centred = sub(x!, reduceMean(x!, axes, keep));
    const variance = mul(reduceSumSquare(centred, axes, keep), 1 / count);
    const deviation = sqrt(add(variance, epsilon));
    const normalized = div(centred, deviation);
    const scaled = mul(dy!, scale!);
    const projected = mul(normalized, reduceMean(mul(scaled, normalized), axes, keep));
    return [
      div(sub(sub(scaled, reduceMean(scaled, axes, keep)), projected), deviation),
      mul(dy!, normalized),
      bias ? dy! : null,
    ];
  },
});

/** `(x - mean) / sqrt(variance + epsilon) * scale + bias` with given statistics, all but `x` `[c]`. */
export function batchNormInference(
  x: Tensor,
  parameters: { scale: Tensor; bias: Tensor; mean: Tensor; variance: Tensor },
  epsilon = 1e-5,
): Tensor {
  const { scale, bias, mean, variance } = parameters;
  return applyOne(BatchNormalization, [x, scale, bias, mean, variance], { epsilon, training_mode: 0 });
}

/**
 * Normalises each example over `axis` and all that follow, then scales and shifts.
 *
 * `epsilon` defaults to 1e-5, as in PyTorch and the paper's reference code.
 *
 * @see Ba, Kiros and Hinton, "Layer Normalization" (2016), https://arxiv.org/abs/1607.06450
 */
export function layerNorm(
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  options: { readonly axis?: number; readonly epsilon?: number } = {},
): Tensor {
  const { axis = -1, epsilon = 1e-5 } = options;
  return applyOne(LayerNormalization, [x, scale, bias], { axis, epsilon });
}
