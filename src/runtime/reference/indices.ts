import { type Shape, sizeOf, stridesOf } from "../../base/index.ts";

/**
 * For each index of `shape` in row-major order, `base + sum over axes of index[axis] * strides[axis]`: where an
 * element lies in a tensor that is read in another order (transposed, sliced, broadcast).
 */
export function offsetsOf(shape: Shape, strides: readonly number[], base = 0): Float64Array {
  const offsets = new Float64Array(sizeOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  let offset = base;
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = offset;
    // Counts up like an odometer: the last axis turns fastest.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      offset += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
      offset -= strides[axis]! * shape[axis]!;
    }
  }
  return offsets;
}

/** For each index of `to`, where the element that it reads lies in a tensor of shape `from` broadcast to `to`. */
export function broadcastOffsets(from: Shape, to: Shape): Float64Array {
  const missing = to.length - from.length;
  const own = stridesOf(from);
  const strides = to.map((_, axis) =>
    axis < missing || from[axis - missing] === 1 ? 0 : own[axis - missing]!,
  );
  return offsetsOf(to, strides);
}

/** A shape seen from one axis: `outer` blocks of `extent` entries, `inner` elements each. */
export interface AxisView {
  readonly outer: number;
  readonly extent: number;
  readonly inner: number;
}

/** The product of the extents before an axis, its own, and the product of those after it. */
export function viewAxis(shape: Shape, axis: number): AxisView {
  return { outer: sizeOf(shape.slice(0, axis)), extent: shape[axis]!, inner: sizeOf(shape.slice(axis + 1)) };
}

/** The places of the elements that differ only along `axis`, one list for each such line of the tensor. */
export function linesOf(shape: Shape, axis: number): number[][] {
  const { outer, extent, inner } = viewAxis(shape, axis);
  const lines: number[][] = [];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      lines.push(Array.from({ length: extent }, (_, k) => (o * extent + k) * inner + i));
    }
  }
  return lines;
}

/** A shape without an axis, or with 1 in its place. */
export function reducedShape(shape: Shape, axes: readonly number[], keepdims: 0 | 1): number[] {
  if (keepdims) return shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  return shape.filter((_, axis) => !axes.includes(axis));
}
