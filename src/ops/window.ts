import { GraphError, type Shape } from "../base/index.ts";

/** One number for both spatial axes, or `[vertical, horizontal]`. */
export type Pair = number | readonly [number, number];

/** One number for all sides, `[vertical, horizontal]`, or ONNX's `[top, left, bottom, right]`. */
export type Padding = Pair | readonly [number, number, number, number];

export function pair(value: Pair): readonly [number, number] {
  return typeof value === "number" ? [value, value] : value;
}

export function padding(value: Padding): readonly [number, number, number, number] {
  if (typeof value === "number") return [value, value, value, value];
  return value.length === 4 ? value : [value[0], value[1], value[0], value[1]];
}

/** Spatial extents that a window slides to: `floor((n + pads - dilation (k - 1) - 1) / stride) + 1`. */
export function slideWindow(
  spatial: Shape,
  window: {
    readonly kernel_shape: readonly number[];
    readonly strides: readonly number[];
    readonly pads: readonly number[];
    readonly dilations?: readonly number[];
  },
): number[] {
  const { kernel_shape, strides, pads, dilations } = window;
  return spatial.map((extent, axis) => {
    const reach = (dilations?.[axis] ?? 1) * (kernel_shape[axis]! - 1) + 1;
    const padded = extent + pads[axis]! + pads[axis + spatial.length]!;
    if (reach > padded) {
      throw new GraphError(
        `a window of ${reach} does not fit into ${padded} on spatial axis ${axis}, pads included`,
      );
    }
    return Math.floor((padded - reach) / strides[axis]!) + 1;
  });
}

/** @throws GraphError unless `x` is `[n, c, h, w]`. */
export function requirePictures(shape: Shape): readonly [number, number, number, number] {
  if (shape.length !== 4) throw new GraphError(`x must be [n,c,h,w], received rank ${shape.length}`);
  return shape as readonly [number, number, number, number];
}
