import { broadcastShapes, normalizeAxis, stridesOf } from "../../base/index.ts";
import { type Array64, integersOf, type Kernel, zeros } from "./array64.ts";
import { broadcastOffsets, offsetsOf } from "./indices.ts";

/** Writes the elements of x, in order, to `offsets` in y. */
function put(x: Array64, y: Array64, offsets: Float64Array): void {
  for (let i = 0; i < offsets.length; i++) y.data[offsets[i]!] = x.data[i]!;
}

/** The elements of x that lie at `offsets`, in that order. */
function pick(x: Array64, shape: readonly number[], offsets: Float64Array): Array64 {
  return { dtype: x.dtype, shape, data: offsets.map((offset) => x.data[offset]!) };
}

export const reshape: Kernel<"Reshape"> = (_, x, shape) => [{ ...x, shape: integersOf(shape) }];

/** Axis `i` of the result is axis `perm[i]` of x. */
export const transpose: Kernel<"Transpose"> = ({ perm }, x) => {
  const strides = stridesOf(x.shape);
  const shape = perm.map((axis) => x.shape[axis]!);
  const permuted = perm.map((axis) => strides[axis]!);
  return [pick(x, shape, offsetsOf(shape, permuted))];
};

export const expand: Kernel<"Expand"> = (_, x, target) => {
  const shape = broadcastShapes([x.shape, integersOf(target)]);
  return [pick(x, shape, broadcastOffsets(x.shape, shape))];
};

/** `x[start:end:step]` along each axis named; negative positions count from the end and all are clamped. */
export const slice: Kernel<"Slice"> = (_, x, starts, ends, axes?: Array64, steps?: Array64) => {
  const shape = [...x.shape];
  const strides = stridesOf(x.shape);
  let base = 0;
  for (const [i, start] of integersOf(starts).entries()) {
    const axis = normalizeAxis(axes ? axes.data[i]! : i, x.shape.length);
    const step = steps ? steps.data[i]! : 1;
    const extent = x.shape[axis]!;
    // Walking backwards, the first place is at most the last element and the end may lie before the first.
    const [lowest, highest] = step > 0 ? [0, extent] : [-1, extent - 1];
    const clamp = (position: number): number =>
      Math.min(highest, Math.max(lowest, position < 0 ? position + extent : position));
    const from = clamp(start);
    shape[axis] = Math.max(0, Math.ceil((clamp(ends.data[i]!) - from) / step));
    base += from * strides[axis]!;
    strides[axis]! *= step;
  }
  return [pick(x, shape, offsetsOf(shape, strides, base))];
};

/** x with `pads[axis]` elements of `value` before and `pads[axis + rank]` after each axis. */
export const pad: Kernel<"Pad"> = (_, x, pads, value?: Array64) => {
  const rank = x.shape.length;
  const amounts = integersOf(pads);
  const y = zeros(
    x.dtype,
    x.shape.map((extent, axis) => amounts[axis]! + extent + amounts[axis + rank]!),
  );
  y.data.fill(value ? value.data[0]! : 0);
  const strides = stridesOf(y.shape);
  const corner = strides.reduce((offset, stride, axis) => offset + stride * amounts[axis]!, 0);
  put(x, y, offsetsOf(x.shape, strides, corner));
  return [y];
};

export const concat: Kernel<"Concat"> = ({ axis }, ...inputs) => {
  const along = normalizeAxis(axis, inputs[0]!.shape.length);
  const extent = inputs.reduce((total, { shape }) => total + shape[along]!, 0);
  const y = zeros(inputs[0]!.dtype, inputs[0]!.shape.with(along, extent));
  const strides = stridesOf(y.shape);
  let start = 0;
  for (const x of inputs) {
    put(x, y, offsetsOf(x.shape, strides, start * strides[along]!));
    start += x.shape[along]!;
  }
  return [y];
};

export const split: Kernel<"Split"> = ({ axis }, x, lengths) => {
  const along = normalizeAxis(axis, x.shape.length);
  const strides = stridesOf(x.shape);
  let start = 0;
  return integersOf(lengths).map((length) => {
    const shape = x.shape.with(along, length);
    const part = pick(x, shape, offsetsOf(shape, strides, start * strides[along]!));
    start += length;
    return part;
  });
};
