import { GraphError, type Shape, sameShape } from "../base/index.ts";
import { applyOne, defineOp, type Schema, type Tensor } from "../graph/index.ts";
import { reshape, slice, transpose } from "./layout.ts";
import { reduceSum } from "./reduction.ts";
import { type Padding, type Pair, padding, pair, requirePictures, slideWindow } from "./window.ts";

type ConvAttributes = Schema["Conv"];

export const Conv = defineOp<"Conv">({
  op: "Conv",
  arity: [3, 3],
  infer: ([x, weight, bias], attributes) => {
    const [n, c, ...spatial] = requirePictures(x!.shape);
    const [o, perGroup, ...kernel] = requirePictures(weight!.shape);
    const { group, kernel_shape } = attributes;
    if (c !== perGroup * group || o % group !== 0) {
      throw new GraphError(`${c} channels, ${group} groups and a weight of ${o} x ${perGroup} do not fit`);
    }
    if (!sameShape(kernel, kernel_shape)) throw new GraphError(`kernel_shape differs from the weight's`);
    if (bias && !sameShape(bias.shape, [o])) throw new GraphError(`bias must be [${o}]`);
    return [{ dtype: x!.dtype, shape: [n, o, ...slideWindow(spatial, attributes)] }];
  },
  gradient: ({ inputs: [x, weight, bias], attributes }, [dy]) => [
    inputGradient(x!, weight!, attributes, dy!),
    weightGradient(x!, weight!.shape, attributes, dy!),
    bias ? reduceSum(dy!, [0, 2, 3]) : null,
  ],
});

/** The transposed convolution, with the rows and columns that the strides left over put back by output_padding. */
function inputGradient(x: Tensor, weight: Tensor, attributes: ConvAttributes, dy: Tensor): Tensor {
  const { kernel_shape, strides, pads, dilations } = attributes;
  const output_padding = x.shape.slice(2).map((extent, axis) => {
    const reach = dilations[axis]! * (kernel_shape[axis]! - 1) + 1;
    return (extent + pads[axis]! + pads[axis + 2]! - reach) % strides[axis]!;
  });
  return applyOne(ConvTranspose, [dy, weight, null], { ...attributes, output_padding });
}

/**
 * Correlates the input with the output's gradient, examples playing the part of channels: strides and dilations
 * change places, and groups, of which each sees its own channels only, move beside the examples.
 */
function weightGradient(
  x: Tensor,
  weightShape: readonly number[],
  attributes: ConvAttributes,
  dy: Tensor,
): Tensor {
  const { group, strides, dilations, pads } = attributes;
  const [n, c, h, w] = requirePictures(x.shape);
  const [, , oh, ow] = requirePictures(dy.shape);
  const perGroup = c / group;
  const signal =
    group === 1
      ? transpose(x, [1, 0, 2, 3])
      : reshape(transpose(reshape(x, [n, group, perGroup, h, w]), [2, 1, 0, 3, 4]), [
          perGroup,
          group * n,
          h,
          w,
        ]);
  const kernel = transpose(dy, [1, 0, 2, 3]);
  const correlated = applyOne(Conv, [signal, kernel, null], {
    kernel_shape: [oh, ow],
    strides: dilations,
    dilations: strides,
    pads,
    group,
  });
  // Rows and columns of x that no window reached make the result too large.
  return transpose(cropTo(correlated, weightShape.slice(2)), [1, 0, 2, 3]);
}

/** The first rows and columns of maps. */
function cropTo(maps: Tensor, extents: Shape): Tensor {
  if (sameShape(maps.shape.slice(2), extents)) return maps;
  return slice(maps, { starts: [0, 0], ends: extents, axes: [2, 3] });
}

export const ConvTranspose = defineOp<"ConvTranspose">({
  op: "ConvTranspose",
  arity: [3, 3],
  infer: ([x, weight, bias], attributes) => {
    const [n, c, ...spatial] = requirePictures(x!.shape);
    const [c2, perGroup, ...kernel] = requirePictures(weight!.shape);
    const { group, strides, pads, dilations, kernel_shape, output_padding } = attributes;
    if (c !== c2 || c % group !== 0) {
      throw new GraphError(`${c} channels, ${group} groups and a weight of ${c2} x ${perGroup} do not fit`);
    }
    if (!sameShape(kernel, kernel_shape)) throw new GraphError(`kernel_shape differs from the weight's`);
    if (bias && !sameShape(bias.shape, [perGroup * group])) {
      throw new GraphError(`bias must be [${perGroup * group}]`);
    }
    // More would leave rows that belong to no input; ONNX Runtime refuses it too.
    if (output_padding.some((rows, axis) => rows >= strides[axis]!)) {
      throw new GraphError(
        `output_padding [${output_padding.join(",")}] must be smaller than the strides [${strides.join(",")}]`,
      );
    }
    const extents = spatial.map((extent, axis) => {
      const reach = dilations[axis]! * (kernel_shape[axis]! - 1) + 1;
      return strides[axis]! * (extent - 1) + output_padding[axis]! + reach - pads[axis]! - pads[axis + 2]!;
    });
    if (extents.some((extent) => extent < 1))
      throw new GraphError(`the result would be [${extents.join(",")}]`);
    return [{ dtype: x!.dtype, shape: [n, perGroup * group, ...extents] }];
  },
  // The same convolution the other way round: its input is this one's output gradient.
  gradient: ({ inputs: [x, weight, bias], attributes: { output_padding: _, ...attributes } }, [dy]) => [
    applyOne(Conv, [dy!, weight!, null], attributes),
    weightGradient(dy!, weight!.shape, attributes, x!),
    bias ? reduceSum(dy!, [0, 2, 3]) : null,
  ],
});

export interface ConvOptions {
  /** Default 1. */
  readonly stride?: Pair;
  /** Zeros around the picture. Default 0. */
  readonly padding?: Padding;
  /** Default 1. */
  readonly dilation?: Pair;
  /** Default 1. */
  readonly groups?: number;
}

/** The ONNX attributes of a two-dimensional window, every one written out: one WebGPU build refuses defaults. */
function convAttributes(weight: Tensor, options: ConvOptions): ConvAttributes {
  return {
    kernel_shape: weight.shape.slice(2),
    strides: pair(options.stride ?? 1),
    pads: padding(options.padding ?? 0),
    dilations: pair(options.dilation ?? 1),
    group: options.groups ?? 1,
  };
}

/**
 * Two-dimensional cross-correlation, as every framework calls convolution:
 * `y[n,o,i,j] = bias[o] + sum_{c,u,v} weight[o,c,u,v] x[n,c,i s + u d - p, j s + v d - p]`.
 *
 * `x` is `[n, c, h, w]`, `weight` `[o, c/groups, kh, kw]`, `bias` `[o]` or null.
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvOptions = {}): Tensor {
  return applyOne(Conv, [x, weight, bias], convAttributes(weight, options));
}

/** The gradient of {@link conv2d} by its input, as a layer: `weight` is `[c, o/groups, kh, kw]`. */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvOptions & { readonly outputPadding?: Pair } = {},
): Tensor {
  const output_padding = pair(options.outputPadding ?? 0);
  return applyOne(ConvTranspose, [x, weight, bias], { ...convAttributes(weight, options), output_padding });
}
