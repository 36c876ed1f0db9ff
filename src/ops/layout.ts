import { broadcastShapes, GraphError, normalizeAxis, type Shape, sameShape, sizeOf } from "../base/index.ts";
import {
  apply,
  applyOne,
  constantIntegers,
  defineOp,
  integers,
  scalar,
  type Tensor,
} from "../graph/index.ts";

export const Reshape = defineOp<"Reshape">({
  op: "Reshape",
  arity: [2, 2],
  infer: ([x, shapeInput]) => {
    const shape = constantIntegers(shapeInput, "shape");
    if (sizeOf(shape) !== sizeOf(x!.shape) || shape.some((extent) => extent < 0)) {
      throw new GraphError(`${sizeOf(x!.shape)} elements do not fill [${shape.join(",")}]`);
    }
    return [{ dtype: x!.dtype, shape }];
  },
  gradient: ({ inputs: [x] }, [dy]) => [reshape(dy!, x!.shape), null],
});

export const Transpose = defineOp<"Transpose">({
  op: "Transpose",
  arity: [1, 1],
  infer: ([x], { perm }) => {
    if (
      !sameShape(
        [...perm].sort((a, b) => a - b),
        x!.shape.map((_, axis) => axis),
      )
    ) {
      throw new GraphError(`perm [${perm.join(",")}] is no permutation of the ${x!.shape.length} axes`);
    }
    return [{ dtype: x!.dtype, shape: perm.map((axis) => x!.shape[axis]!) }];
  },
  gradient: ({ attributes: { perm } }, [dy]) => [transpose(dy!, inversePermutation(perm))],
});

function inversePermutation(perm: readonly number[]): number[] {
  const inverse = new Array<number>(perm.length);
  for (const [to, from] of perm.entries()) inverse[from] = to;
  return inverse;
}

export const Expand = defineOp<"Expand">({
  op: "Expand",
  arity: [2, 2],
  infer: ([x, shapeInput]) => [
    { dtype: x!.dtype, shape: broadcastShapes([x!.shape, constantIntegers(shapeInput, "shape")]) },
  ],
  // The reverse walk sums a gradient back over broadcast axes, which is all there is to do.
  gradient: (_, [dy]) => [dy!, null],
});

export const Concat = defineOp<"Concat">({
  op: "Concat",
  arity: [1, Number.POSITIVE_INFINITY],
  infer: (inputs, { axis: given }) => {
    const [first] = inputs;
    const axis = normalizeAxis(given, first!.shape.length);
    let extent = 0;
    for (const { dtype, shape } of inputs) {
      const fits =
        shape.length === first!.shape.length && shape.every((n, a) => a === axis || n === first!.shape[a]);
      if (!fits || dtype !== first!.dtype) throw new GraphError(`inputs must agree in all but axis ${axis}`);
      extent += shape[axis]!;
    }
    return [{ dtype: first!.dtype, shape: first!.shape.with(axis, extent) }];
  },
  gradient: ({ inputs, attributes: { axis } }, [dy]) =>
    split(
      dy!,
      inputs.map(({ shape }) => shape.at(axis)!),
      axis,
    ),
});

export const Split = defineOp<"Split">({
  op: "Split",
  arity: [2, 2],
  infer: ([x, lengthsInput], { axis: given }) => {
    const axis = normalizeAxis(given, x!.shape.length);
    const lengths = constantIntegers(lengthsInput, "lengths");
    const total = lengths.reduce((sum, length) => sum + length, 0);
    if (total !== x!.shape[axis] || lengths.some((length) => length < 0)) {
      throw new GraphError(
        `lengths [${lengths.join(",")}] do not add up to axis ${axis}'s ${x!.shape[axis]}`,
      );
    }
    return lengths.map((length) => ({ dtype: x!.dtype, shape: x!.shape.with(axis, length) }));
  },
  gradient: ({ outputs, attributes: { axis } }, gradients) => [
    concat(
      outputs.map((output, index) => gradients[index] ?? zeros(output.shape)),
      axis,
    ),
    null,
  ],
});

export const Pad = defineOp<"Pad">({
  op: "Pad",
  arity: [3, 3],
  infer: ([x, padsInput]) => {
    const pads = constantIntegers(padsInput, "pads");
    const rank = x!.shape.length;
    if (pads.length !== 2 * rank || pads.some((pad) => pad < 0)) {
      throw new GraphError(`pads [${pads.join(",")}] must be ${2 * rank} numbers, none negative`);
    }
    return [{ dtype: x!.dtype, shape: x!.shape.map((n, axis) => n + pads[axis]! + pads[rank + axis]!) }];
  },
  gradient: ({ inputs: [x, padsInput] }, [dy]) => {
    const begins = constantIntegers(padsInput, "pads").slice(0, x!.shape.length);
    const ends = begins.map((begin, axis) => begin + x!.shape[axis]!);
    return [slice(dy!, { starts: begins, ends }), null, null];
  },
});

export const Slice = defineOp<"Slice">({
  op: "Slice",
  arity: [5, 5],
  infer: (inputs) => {
    const shape = [...inputs[0]!.shape];
    for (const { axis, start, step, length } of sliceRanges(inputs)) {
      if (step === 0 || start < 0) throw new GraphError(`axis ${axis} has step ${step} from ${start}`);
      shape[axis] = length;
    }
    return [{ dtype: inputs[0]!.dtype, shape }];
  },
  gradient: ({ inputs }, [dy]) => {
    const x = inputs[0]!;
    const ranges = sliceRanges(inputs);
    // A range that runs backwards is one that runs forwards, reversed.
    const reversed = ranges.filter(({ step }) => step < 0);
    let gradient = dy!;
    if (reversed.length > 0) {
      gradient = slice(gradient, {
        starts: reversed.map(() => -1),
        ends: reversed.map(() => -(2 ** 40)),
        axes: reversed.map(({ axis }) => axis),
        steps: reversed.map(() => -1),
      });
    }
    const begins = x.shape.map(() => 0);
    const ends = x.shape.map(() => 0);
    for (const { axis, start, step, length } of ranges) {
      const stride = Math.abs(step);
      gradient = spread(gradient, axis, stride);
      const first = step > 0 ? start : start + (length - 1) * step;
      begins[axis] = length === 0 ? 0 : first;
      ends[axis] = x.shape[axis]! - begins[axis]! - gradient.shape[axis]!;
    }
    return [pad(gradient, [...begins, ...ends]), null, null, null, null];
  },
});

interface SliceRange {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

/** The ranges of a Slice node, ONNX's clamping of starts and ends applied. */
function sliceRanges(inputs: readonly Tensor[]): SliceRange[] {
  const shape = inputs[0]!.shape;
  const [starts, ends, axes, steps] = ["starts", "ends", "axes", "steps"].map((what, index) =>
    constantIntegers(inputs[index + 1], what),
  ) as [number[], number[], number[], number[]];
  return axes.map((given, index) => {
    const axis = normalizeAxis(given, shape.length);
    const extent = shape[axis]!;
    const step = steps[index]!;
    const clamp = (position: number): number => {
      const fromFront = position < 0 ? position + extent : position;
      return step > 0
        ? Math.min(Math.max(fromFront, 0), extent)
        : Math.min(Math.max(fromFront, -1), extent - 1);
    };
    const start = clamp(starts[index]!);
    return { axis, start, step, length: Math.max(0, Math.ceil((clamp(ends[index]!) - start) / step)) };
  });
}

/** Puts `stride - 1` zeros between neighbours along an axis: extent n becomes (n - 1) stride + 1. */
function spread(x: Tensor, axis: number, stride: number): Tensor {
  const extent = x.shape[axis]!;
  if (stride === 1 || extent <= 1) return x;
  const widened = reshape(x, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]);
  const ends = widened.shape.map((_, a) => (a === axis + 1 ? stride - 1 : 0));
  const padded = pad(widened, [...ends.map(() => 0), ...ends]);
  const merged = reshape(padded, x.shape.with(axis, extent * stride));
  return slice(merged, { starts: [0], ends: [(extent - 1) * stride + 1], axes: [axis] });
}

export const Gather = defineOp<"Gather">({
  op: "Gather",
  arity: [2, 2],
  infer: ([x, indices], { axis: given }) => {
    const axis = normalizeAxis(given, x!.shape.length);
    if (indices!.dtype !== "int64") throw new GraphError(`indices are ${indices!.dtype}, expected int64`);
    return [
      {
        dtype: x!.dtype,
        shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)],
      },
    ];
  },
  // Not ScatterND: ONNX Runtime adds to equal rows on several threads at once there, and sums are lost.
  gradient: ({ inputs: [x, indices], attributes: { axis: given } }, [dy]) => {
    const axis = normalizeAxis(given, x!.shape.length);
    const count = sizeOf(indices!.shape);
    const grouped = reshape(dy!, x!.shape.with(axis, count));
    const places = reshape(
      indices!,
      x!.shape.map((_, a) => (a === axis ? count : 1)),
    );
    const summed = scatterElements(zeros(x!.shape), expand(places, grouped.shape), grouped, {
      axis,
      reduction: "add",
    });
    return [summed, null];
  },
});

export const ScatterND = defineOp<"ScatterND">({
  op: "ScatterND",
  arity: [3, 3],
  infer: ([data, indices, updates]) => {
    const depth = indices!.shape.at(-1)!;
    const expected = [...indices!.shape.slice(0, -1), ...data!.shape.slice(depth)];
    if (!sameShape(updates!.shape, expected)) {
      throw new GraphError(`updates must be [${expected.join(",")}]`);
    }
    return [{ dtype: data!.dtype, shape: data!.shape }];
  },
  gradient: null,
});

export const ScatterElements = defineOp<"ScatterElements">({
  op: "ScatterElements",
  arity: [3, 3],
  infer: ([data, indices, updates]) => {
    if (!sameShape(indices!.shape, updates!.shape))
      throw new GraphError("indices and updates differ in shape");
    return [{ dtype: data!.dtype, shape: data!.shape }];
  },
  gradient: null,
});

/** The same elements in row-major order under another shape; one extent may be -1 and is worked out. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.reduce((size, extent) => (extent === -1 ? size : size * extent), 1);
  const full = shape.map((extent) => (extent === -1 ? sizeOf(x.shape) / known : extent));
  return sameShape(full, x.shape) ? x : applyOne(Reshape, [x, integers(full)], {});
}

/** Axes in another order: axis `i` of the result is axis `perm[i]` of `x`. */
export function transpose(x: Tensor, perm: readonly number[]): Tensor {
  return perm.every((axis, index) => axis === index) ? x : applyOne(Transpose, [x], { perm });
}

/** Repeats axes of extent 1 up to a shape. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : applyOne(Expand, [x, integers(shape)], {});
}

/** A float tensor of zeros. */
export function zeros(shape: Shape): Tensor {
  return expand(scalar(0), shape);
}

/** Tensors joined along an axis. */
export function concat(inputs: readonly Tensor[], axis: number): Tensor {
  return inputs.length === 1 ? inputs[0]! : applyOne(Concat, inputs, { axis });
}

/** A tensor cut along an axis into parts of the lengths given. */
export function split(x: Tensor, lengths: readonly number[], axis: number): readonly Tensor[] {
  return apply(Split, [x, integers(lengths)], { axis }).outputs;
}

/** Constant padding: `pads` holds a number for the begin of each axis, then for the end of each. */
export function pad(x: Tensor, pads: readonly number[], value = 0): Tensor {
  return pads.every((n) => n === 0)
    ? x
    : applyOne(Pad, [x, integers(pads), scalar(value, x.dtype)], { mode: "constant" });
}

export interface SliceOptions {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Default: the first axes, in order. */
  readonly axes?: readonly number[];
  /** Default: 1 each. */
  readonly steps?: readonly number[];
}

/** Every `step`-th element from `start` up to, without, `end` on each axis named. */
export function slice(x: Tensor, options: SliceOptions): Tensor {
  const axes = options.axes ?? options.starts.map((_, axis) => axis);
  const steps = options.steps ?? options.starts.map(() => 1);
  return applyOne(
    Slice,
    [x, integers(options.starts), integers(options.ends), integers(axes), integers(steps)],
    {},
  );
}

/** The entries of an axis at (possibly repeated) int64 indices. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return applyOne(Gather, [x, indices], { axis });
}

/** `data` with `updates` written or added at `indices` `[..., k]`, each naming an entry of the first k axes. */
export function scatterND(data: Tensor, indices: Tensor, updates: Tensor, reduction: "none" | "add"): Tensor {
  return applyOne(ScatterND, [data, indices, updates], { reduction });
}

/** `data` with `updates` written or added at `indices` along an axis. */
export function scatterElements(
  data: Tensor,
  indices: Tensor,
  updates: Tensor,
  options: { readonly axis: number; readonly reduction: "none" | "add" },
): Tensor {
  return applyOne(ScatterElements, [data, indices, updates], options);
}
