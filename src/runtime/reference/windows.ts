import { formatShape, RuntimeError, type Shape } from "../../base/index.ts";
import type { Window } from "../../graph/index.ts";

/** The four extents of pictures `[n,c,h,w]` or filters: windows here slide over two axes. */
export function planeOf(shape: Shape): [number, number, number, number] {
  if (shape.length !== 4) {
    throw new RuntimeError(
      `the reference slides windows over two axes, received shape ${formatShape(shape)}, expected rank 4`,
    );
  }
  return [shape[0]!, shape[1]!, shape[2]!, shape[3]!];
}

/** How many windows fit along height and width: `floor((extent + pads - span) / stride) + 1`. */
export function windowsAlong(
  extents: readonly [number, number],
  window: Window & { readonly dilations: readonly number[] },
): [number, number] {
  const count = (axis: 0 | 1): number => {
    const span = window.dilations[axis]! * (window.kernel_shape[axis]! - 1) + 1;
    const room = extents[axis] + window.pads[axis]! + window.pads[axis + 2]! - span;
    return Math.floor(room / window.strides[axis]!) + 1;
  };
  return [count(0), count(1)];
}
