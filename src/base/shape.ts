import { GraphError } from "./errors.ts";

/** The extent of each axis, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements: the product of the extents, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** Row-major strides in elements: `strides[i] = prod(shape[i+1:])`. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Whether two shapes are the same, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** `[2,3]` for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(",")}]`;
}

/**
 * The shape of an elementwise result of operands of these shapes.
 *
 * @throws GraphError when two extents differ and neither is 1.
 * @see https://onnx.ai/onnx/repo-docs/Broadcasting.html
 */
export function broadcastShapes(shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const offset = rank - shape.length;
    for (let axis = 0; axis < shape.length; axis++) {
      const extent = shape[axis]!;
      const current = result[offset + axis]!;
      if (extent === current || extent === 1) continue;
      if (current !== 1) {
        throw new GraphError(
          `shapes ${shapes.map(formatShape).join(" and ")} do not broadcast: axis ${offset + axis} has extents ${current} and ${extent}, expected equal extents or 1`,
        );
      }
      result[offset + axis] = extent;
    }
  }
  return result;
}

/**
 * An axis counted from the front, `-1` being the last.
 *
 * @throws GraphError when the axis lies outside `[-rank, rank)`.
 */
export function normalizeAxis(axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new GraphError(
      `axis ${axis} is outside a tensor of rank ${rank}, expected ${-rank} to ${rank - 1}`,
    );
  }
  return normalized;
}

/** {@link normalizeAxis} for each, sorted, without repeats. */
export function normalizeAxes(axes: readonly number[], rank: number): number[] {
  const normalized = axes.map((axis) => normalizeAxis(axis, rank));
  if (new Set(normalized).size !== normalized.length) {
    throw new GraphError(`axes [${axes.join(",")}] name an axis twice in a tensor of rank ${rank}`);
  }
  return normalized.sort((a, b) => a - b);
}
