import { normalizeAxis } from "../base/index.ts";
import { applyOne, defineOp, type Tensor } from "../graph/index.ts";
import { exp, mul, sub } from "./elementwise.ts";
import { reduceSum } from "./reduction.ts";

export const Softmax = defineOp<"Softmax">({
  op: "Softmax",
  arity: [1, 1],
  infer: ([x], { axis }) => {
    normalizeAxis(axis, x!.shape.length);
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  gradient: ({ attributes: { axis }, outputs: [y] }, [dy]) => {
    const weighted = mul(dy!, y!);
    return [sub(weighted, mul(y!, reduceSum(weighted, [axis], { keepdims: true })))];
  },
});

export const LogSoftmax = defineOp<"LogSoftmax">({
  op: "LogSoftmax",
  arity: [1, 1],
  infer: Softmax.infer,
  gradient: ({ attributes: { axis }, outputs: [y] }, [dy]) => [
    sub(dy!, mul(exp(y!), reduceSum(dy!, [axis], { keepdims: true }))),
  ],
});

/** `e^x / sum(e^x)` along an axis (the last by default), without overflow. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return applyOne(Softmax, [x], { axis });
}

/** `x - log(sum(e^x))` along an axis (the last by default), without overflow. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return applyOne(LogSoftmax, [x], { axis });
}
