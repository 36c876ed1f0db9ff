import { GraphError, sizeOf } from "../base/index.ts";
import {
  apply,
  applyOne,
  constant,
  constantIntegers,
  defineOp,
  integers,
  type Schema,
  type Tensor,
  type Window,
} from "../graph/index.ts";
import { ConvTranspose } from "./convolution.ts";
import { div, mul } from "./elementwise.ts";
import { expand, reshape, scatterElements, zeros } from "./layout.ts";
import { type Padding, type Pair, padding, pair, requirePictures, slideWindow } from "./window.ts";

export const MaxPool = defineOp<"MaxPool">({
  op: "MaxPool",
  arity: [1, 1],
  infer: ([x], attributes) => {
    const [n, c, ...spatial] = requirePictures(x!.shape);
    const { kernel_shape, pads } = attributes;
    if (pads.some((pad, side) => pad >= kernel_shape[side % 2]!)) {
      throw new GraphError(
        `pads [${pads.join(",")}] must be smaller than the window [${kernel_shape.join(",")}]`,
      );
    }
    const shape = [n, c, ...slideWindow(spatial, attributes)];
    return [
      { dtype: x!.dtype, shape },
      { dtype: "int64", shape },
    ];
  },
  gradient: ({ inputs: [x], outputs: [, indices], attributes }, [dy]) => {
    const { kernel_shape, strides, pads, dilations } = attributes;
    const disjoint = kernel_shape.every((k, axis) => strides[axis]! >= k && dilations[axis] === 1);
    if (disjoint) {
      return [applyOne(MaxUnpool, [dy!, indices!, integers(x!.shape)], { kernel_shape, strides, pads })];
    }
    // Where windows overlap, one input can be the maximum of several, and its gradients add up.
    const flat = scatterElements(zeros([sizeOf(x!.shape)]), reshape(indices!, [-1]), reshape(dy!, [-1]), {
      axis: 0,
      reduction: "add",
    });
    return [reshape(flat, x!.shape)];
  },
});

export const MaxUnpool = defineOp<"MaxUnpool">({
  op: "MaxUnpool",
  arity: [3, 3],
  infer: ([x, , shapeInput]) => [{ dtype: x!.dtype, shape: constantIntegers(shapeInput, "output shape") }],
  gradient: null,
});

export const AveragePool = defineOp<"AveragePool">({
  op: "AveragePool",
  arity: [1, 1],
  infer: ([x], attributes) => {
    const [n, c, ...spatial] = requirePictures(x!.shape);
    return [{ dtype: x!.dtype, shape: [n, c, ...slideWindow(spatial, attributes)] }];
  },
  // Each output hands its gradient, divided by the count of its window, to every input in the window:
  // a transposed depthwise convolution with a kernel of ones.
  gradient: ({ inputs: [x], attributes }, [dy]) => {
    const { kernel_shape, strides, pads } = attributes;
    const [, c, ...spatial] = requirePictures(x!.shape);
    const output_padding = spatial.map(
      (extent, axis) => (extent + pads[axis]! + pads[axis + 2]! - kernel_shape[axis]!) % strides[axis]!,
    );
    return [
      applyOne(
        ConvTranspose,
        [
          div(dy!, windowCounts(spatial, attributes)),
          expand(onesKernel(kernel_shape), [c, 1, ...kernel_shape]),
          null,
        ],
        { kernel_shape, strides, pads, dilations: [1, 1], group: c, output_padding },
      ),
    ];
  },
});

function onesKernel(kernel: readonly number[]): Tensor {
  return constant("float32", [1, 1, ...kernel], new Float32Array(sizeOf(kernel)).fill(1));
}

/** How many inputs each window averages, `[1, 1, oh, ow]`; pads count only when asked to. */
function windowCounts(spatial: readonly number[], attributes: Schema["AveragePool"]): Tensor {
  const { kernel_shape, strides, pads, count_include_pad } = attributes;
  const extents = slideWindow(spatial, attributes);
  const along = (axis: number): number[] =>
    Array.from({ length: extents[axis]! }, (_, position) => {
      const begin = position * strides[axis]! - pads[axis]!;
      const end = begin + kernel_shape[axis]!;
      return count_include_pad ? kernel_shape[axis]! : Math.min(end, spatial[axis]!) - Math.max(begin, 0);
    });
  const columns = along(1);
  return constant(
    "float32",
    [1, 1, ...extents],
    along(0).flatMap((row) => columns.map((column) => row * column)),
  );
}

export const GlobalAveragePool = defineOp<"GlobalAveragePool">({
  op: "GlobalAveragePool",
  arity: [1, 1],
  infer: ([x]) => {
    const [n, c] = requirePictures(x!.shape);
    return [{ dtype: x!.dtype, shape: [n, c, 1, 1] }];
  },
  gradient: ({ inputs: [x] }, [dy]) => [expand(mul(dy!, 1 / sizeOf(x!.shape.slice(2))), x!.shape)],
});

export interface PoolOptions {
  /** Default: the window, so that windows do not overlap, as in PyTorch. */
  readonly stride?: Pair;
  /** Default 0. */
  readonly padding?: Padding;
}

/** The greatest value of each window of `x` `[n, c, h, w]`; the gradient goes to the first maximum. */
export function maxPool2d(x: Tensor, window: Pair, options: PoolOptions = {}): Tensor {
  return maxPoolWithIndices(x, window, options).values;
}

/** {@link maxPool2d} with the flat index of each maximum in `x` (int64), and the window as {@link MaxUnpool} takes it. */
export function maxPoolWithIndices(
  x: Tensor,
  window: Pair,
  options: PoolOptions = {},
): { readonly values: Tensor; readonly indices: Tensor; readonly window: Window } {
  const slid: Window = {
    kernel_shape: pair(window),
    strides: pair(options.stride ?? window),
    pads: padding(options.padding ?? 0),
  };
  const [values, indices] = apply(MaxPool, [x], {
    ...slid,
    dilations: [1, 1],
    ceil_mode: 0,
    storage_order: 0,
  }).outputs;
  return { values: values!, indices: indices!, window: slid };
}

/** The mean of each window of `x` `[n, c, h, w]`; padding counts as zeros unless told not to, as in PyTorch. */
export function averagePool2d(
  x: Tensor,
  window: Pair,
  options: PoolOptions & { readonly countPadding?: boolean } = {},
): Tensor {
  return applyOne(AveragePool, [x], {
    kernel_shape: pair(window),
    strides: pair(options.stride ?? window),
    pads: padding(options.padding ?? 0),
    ceil_mode: 0,
    count_include_pad: (options.countPadding ?? true) ? 1 : 0,
  });
}

/** The mean over height and width: `[n, c, h, w] -> [n, c, 1, 1]`. */
export function globalAveragePool2d(x: Tensor): Tensor {
  return applyOne(GlobalAveragePool, [x], {});
}
