import type { Window } from "../../graph/index.ts";
import { type Array64, integersOf, type Kernel, zeros } from "./array64.ts";
import { planeOf, windowsAlong } from "./windows.ts";

/** Calls `visit` for each output element with the places of the input elements that its window covers, padding left out. */
function slide(
  x: Array64,
  window: Window & { readonly dilations: readonly number[] },
  visit: (outputPlace: number, inputPlaces: readonly number[]) => void,
): void {
  const { kernel_shape, strides, pads, dilations } = window;
  const [batch, channels, height, width] = planeOf(x.shape);
  const [outHeight, outWidth] = windowsAlong([height, width], window);
  let outputPlace = 0;
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++) {
        const covered: number[] = [];
        for (let a = 0; a < kernel_shape[0]!; a++) {
          const row = i * strides[0]! + a * dilations[0]! - pads[0]!;
          if (row < 0 || row >= height) continue;
          for (let b = 0; b < kernel_shape[1]!; b++) {
            const column = j * strides[1]! + b * dilations[1]! - pads[1]!;
            if (column < 0 || column >= width) continue;
            covered.push((plane * height + row) * width + column);
          }
        }
        visit(outputPlace++, covered);
      }
    }
  }
}

function pooledShape(x: Array64, window: Window & { readonly dilations: readonly number[] }): number[] {
  const [batch, channels, height, width] = planeOf(x.shape);
  return [batch, channels, ...windowsAlong([height, width], window)];
}

/** The greatest element of each window, and its place in the whole of x; of equals the first. */
export const maxPool: Kernel<"MaxPool"> = (window, x) => {
  const shape = pooledShape(x, window);
  const y = zeros(x.dtype, shape);
  const indices = zeros("int64", shape);
  slide(x, window, (place, covered) => {
    let best = covered[0]!;
    for (const candidate of covered) if (x.data[candidate]! > x.data[best]!) best = candidate;
    y.data[place] = x.data[best]!;
    indices.data[place] = best;
  });
  return [y, indices];
};

/** Zeros with each element of x at its index; where an index occurs twice the last one stays. */
export const maxUnpool: Kernel<"MaxUnpool"> = (_, x, indices, shape) => {
  const y = zeros(x.dtype, integersOf(shape));
  for (const [i, index] of indices.data.entries()) y.data[index] = x.data[i]!;
  return [y];
};

/** The mean of each window, padding counted as zeros or not at all. */
export const averagePool: Kernel<"AveragePool"> = (attributes, x) => {
  const window = { ...attributes, dilations: [1, 1] };
  const y = zeros(x.dtype, pooledShape(x, window));
  const whole = attributes.kernel_shape[0]! * attributes.kernel_shape[1]!;
  slide(x, window, (place, covered) => {
    let sum = 0;
    for (const source of covered) sum += x.data[source]!;
    y.data[place] = sum / (attributes.count_include_pad ? whole : covered.length);
  });
  return [y];
};

/** The mean over all that follows `[n,c]`. */
export const globalAveragePool: Kernel<"GlobalAveragePool"> = (_, x) => {
  const y = zeros(
    x.dtype,
    x.shape.map((extent, axis) => (axis < 2 ? extent : 1)),
  );
  const area = x.data.length / y.data.length;
  for (const [place, value] of x.data.entries()) y.data[Math.floor(place / area)]! += value / area;
  return [y];
};
