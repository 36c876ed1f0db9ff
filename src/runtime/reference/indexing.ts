import { normalizeAxis, type Shape, sizeOf, stridesOf } from "../../base/index.ts";
import { type Array64, type Kernel, zeros } from "./array64.ts";
import { offsetsOf, viewAxis } from "./indices.ts";

/** An index that counts from the end when negative. */
function fromFront(index: number, extent: number): number {
  return index < 0 ? index + extent : index;
}

/** The entries of x along an axis that `indices` names: `[before axis] + indices.shape + [after axis]`. */
export const gather: Kernel<"Gather"> = ({ axis }, x, indices) => {
  const along = normalizeAxis(axis, x.shape.length);
  const { outer, extent, inner } = viewAxis(x.shape, along);
  const y = zeros(x.dtype, [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)]);
  let place = 0;
  for (let o = 0; o < outer; o++) {
    for (const index of indices.data) {
      const entry = o * extent + fromFront(index, extent);
      for (let i = 0; i < inner; i++) y.data[place++] = x.data[entry * inner + i]!;
    }
  }
  return [y];
};

function combine(target: Array64, place: number, update: number, reduction: "none" | "add"): void {
  target.data[place] = reduction === "add" ? target.data[place]! + update : update;
}

/** A copy of data in which the slice at each row of `indices` is replaced by, or added to, its update. */
export const scatterND: Kernel<"ScatterND"> = ({ reduction }, data, indices, updates) => {
  const y = { ...data, data: data.data.slice() };
  const depth = indices.shape.at(-1)!;
  const strides = stridesOf(data.shape);
  const size = sizeOf(data.shape.slice(depth));
  for (let row = 0; row < indices.data.length / depth; row++) {
    let start = 0;
    for (let axis = 0; axis < depth; axis++) {
      start += fromFront(indices.data[row * depth + axis]!, data.shape[axis]!) * strides[axis]!;
    }
    for (let i = 0; i < size; i++) combine(y, start + i, updates.data[row * size + i]!, reduction);
  }
  return [y];
};

/** A copy of data in which, for each update, the element at its own index with `axis` replaced by `indices` is set or added to. */
export const scatterElements: Kernel<"ScatterElements"> = ({ axis, reduction }, data, indices, updates) => {
  const y = { ...data, data: data.data.slice() };
  const along = normalizeAxis(axis, data.shape.length);
  const strides: Shape = stridesOf(data.shape);
  const elsewhere = offsetsOf(indices.shape, strides.with(along, 0));
  for (let i = 0; i < indices.data.length; i++) {
    const index = fromFront(indices.data[i]!, data.shape[along]!);
    combine(y, elsewhere[i]! + index * strides[along]!, updates.data[i]!, reduction);
  }
  return [y];
};
