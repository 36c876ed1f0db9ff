import { GraphError, normalizeAxes, normalizeAxis, type Shape } from "../base/index.ts";
import {
  apply,
  applyOne,
  constantIntegers,
  defineOp,
  type GradientRule,
  integers,
  type OpDefinition,
  type Schema,
  type Tensor,
} from "../graph/index.ts";
import { cast, equal } from "./comparison.ts";
import { div, exp, mul, nonZero, sub } from "./elementwise.ts";
import { expand, reshape } from "./layout.ts";

type Reduction =
  | "ReduceSum"
  | "ReduceSumSquare"
  | "ReduceMean"
  | "ReduceMax"
  | "ReduceL2"
  | "ReduceLogSumExp";

/** `x`, the result and its gradient, both with reduced axes kept as 1 so that they broadcast against `x`. */
type ReductionGradient = (x: Tensor, y: Tensor, dy: Tensor) => Tensor;

function reduction<K extends Reduction>(op: K, gradient: ReductionGradient): OpDefinition<K> {
  const rule: GradientRule<K> = ({ inputs: [x, axesInput], outputs: [y] }, [dy]) => {
    const kept = keptShape(x!.shape, constantIntegers(axesInput, "axes"));
    return [expand(gradient(x!, reshape(y!, kept), reshape(dy!, kept)), x!.shape), null];
  };
  return defineOp<K>({
    op,
    arity: [2, 2],
    infer: ([x, axesInput], { keepdims }) => {
      const axes = constantIntegers(axesInput, "axes");
      const kept = keptShape(x!.shape, axes);
      const reduced = new Set(normalizeAxes(axes, x!.shape.length));
      return [{ dtype: x!.dtype, shape: keepdims ? kept : kept.filter((_, axis) => !reduced.has(axis)) }];
    },
    gradient: rule as OpDefinition<K>["gradient"],
  });
}

function keptShape(shape: Shape, axes: readonly number[]): number[] {
  const reduced = new Set(normalizeAxes(axes, shape.length));
  return shape.map((extent, axis) => (reduced.has(axis) ? 1 : extent));
}

function sizeRatio(x: Tensor, y: Tensor): number {
  return x.shape.reduce((ratio, extent, axis) => ratio * (extent / y.shape[axis]!), 1);
}

export const ReduceSum = reduction("ReduceSum", (_x, _y, dy) => dy);
export const ReduceSumSquare = reduction("ReduceSumSquare", (x, _y, dy) => mul(mul(dy, 2), x));
export const ReduceMean = reduction("ReduceMean", (x, y, dy) => mul(dy, 1 / sizeRatio(x, y)));
/** Shared evenly among equal maxima, as PyTorch's `amax` does. */
export const ReduceMax = reduction("ReduceMax", (x, y, dy) => {
  const isMaximum = cast(equal(x, y), x.dtype);
  const axes = y.shape.flatMap((extent, axis) => (extent === x.shape[axis] ? [] : [axis]));
  return mul(isMaximum, div(dy, reduceSum(isMaximum, axes, { keepdims: true })));
});
/** 0 at the origin, where the norm has no derivative, as in PyTorch. */
export const ReduceL2 = reduction("ReduceL2", (x, y, dy) => mul(x, div(dy, nonZero(y))));
export const ReduceLogSumExp = reduction("ReduceLogSumExp", (x, y, dy) => mul(dy, exp(sub(x, y))));

export const ArgMax = defineOp<"ArgMax">({
  op: "ArgMax",
  arity: [1, 1],
  infer: ([x], { axis: given, keepdims }) => {
    const axis = normalizeAxis(given, x!.shape.length);
    return [{ dtype: "int64", shape: keepdims ? x!.shape.with(axis, 1) : x!.shape.toSpliced(axis, 1) }];
  },
  gradient: null,
});

export const TopK = defineOp<"TopK">({
  op: "TopK",
  arity: [2, 2],
  infer: ([x, kInput], { axis: given }) => {
    const axis = normalizeAxis(given, x!.shape.length);
    const [k] = constantIntegers(kInput, "k");
    if (k === undefined || k < 1 || k > x!.shape[axis]!) {
      throw new GraphError(`k is ${k}, expected 1 to axis ${axis}'s ${x!.shape[axis]}`);
    }
    const shape = x!.shape.with(axis, k);
    return [
      { dtype: x!.dtype, shape },
      { dtype: "int64", shape },
    ];
  },
  gradient: null,
});

export interface ReduceOptions {
  /** Keep reduced axes with extent 1. Default false, as in PyTorch. */
  readonly keepdims?: boolean;
}

function reduce<K extends Reduction>(
  definition: OpDefinition<K>,
  x: Tensor,
  axes: readonly number[] | undefined,
  options: ReduceOptions = {},
): Tensor {
  const over = axes ?? x.shape.map((_, axis) => axis);
  // An empty list of axes would mean "all" to ONNX, but says "none" here.
  if (over.length === 0) return reduceNothing(definition, x);
  const attributes: Schema[Reduction] = { keepdims: options.keepdims ? 1 : 0 };
  return applyOne(definition, [x, integers(over)], attributes as Schema[K]);
}

/** A reduction over no axes, by way of an axis of extent 1. */
function reduceNothing<K extends Reduction>(definition: OpDefinition<K>, x: Tensor): Tensor {
  return reduce(definition, reshape(x, [...x.shape, 1]), [-1]);
}

/** Sum over axes (all by default). */
export function reduceSum(x: Tensor, axes?: readonly number[], options?: ReduceOptions): Tensor {
  return reduce(ReduceSum, x, axes, options);
}

/** Sum of squares over axes (all by default). */
export function reduceSumSquare(x: Tensor, axes?: readonly number[], options?: ReduceOptions): Tensor {
  return reduce(ReduceSumSquare, x, axes, options);
}

/** Mean over axes (all by default). */
export function reduceMean(x: Tensor, axes?: readonly number[], options?: ReduceOptions): Tensor {
  return reduce(ReduceMean, x, axes, options);
}

/** Greatest element over axes (all by default). */
export function reduceMax(x: Tensor, axes?: readonly number[], options?: ReduceOptions): Tensor {
  return reduce(ReduceMax, x, axes, options);
}

/** Euclidean norm over axes (all by default). */
export function reduceL2(x: Tensor, axes?: readonly number[], options?: ReduceOptions): Tensor {
  return reduce(ReduceL2, x, axes, options);
}

/** `log(sum(e^x))` over axes (all by default), without overflow. */
export function reduceLogSumExp(x: Tensor, axes?: readonly number[], options?: ReduceOptions): Tensor {
  return reduce(ReduceLogSumExp, x, axes, options);
}

/** Index of the first greatest element along an axis (int64); has no gradient. */
export function argMax(x: Tensor, axis: number, options: ReduceOptions = {}): Tensor {
  return applyOne(ArgMax, [x], { axis, keepdims: options.keepdims ? 1 : 0, select_last_index: 0 });
}

/** The k greatest (or least) elements along an axis, best first, with their indices (int64); has no gradient. */
export function topK(
  x: Tensor,
  k: number,
  options: { readonly axis?: number; readonly largest?: boolean } = {},
): { readonly values: Tensor; readonly indices: Tensor } {
  const { axis = -1, largest = true } = options;
  const [values, indices] = apply(TopK, [x, integers([k])], {
    axis,
    largest: largest ? 1 : 0,
    sorted: 1,
  }).outputs;
  return { values: values!, indices: indices! };
}
