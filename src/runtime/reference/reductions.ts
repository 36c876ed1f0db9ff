import { normalizeAxes, normalizeAxis } from "../../base/index.ts";
import { type Array64, integersOf, type Kernel, zeros } from "./array64.ts";
import { broadcastOffsets, linesOf, reducedShape } from "./indices.ts";

type Reduction =
  | "ReduceSum"
  | "ReduceSumSquare"
  | "ReduceMean"
  | "ReduceMax"
  | "ReduceL2"
  | "ReduceLogSumExp";

/** `f` of the elements that differ only along the axes; without axes, of all. */
function reduction(f: (values: readonly number[]) => number): Kernel<Reduction> {
  return ({ keepdims }, x, axes?: Array64) => {
    const rank = x.shape.length;
    const listed = axes ? integersOf(axes) : [];
    const reduced = listed.length > 0 ? normalizeAxes(listed, rank) : x.shape.map((_, axis) => axis);
    const kept = zeros(x.dtype, reducedShape(x.shape, reduced, 1));
    const groups = Array.from(kept.data, (): number[] => []);
    // An element belongs to the result that would be broadcast back to its place.
    for (const [place, group] of broadcastOffsets(kept.shape, x.shape).entries()) {
      groups[group]!.push(x.data[place]!);
    }
    for (const [place, values] of groups.entries()) kept.data[place] = f(values);
    return [{ ...kept, shape: reducedShape(x.shape, reduced, keepdims) }];
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function max(values: readonly number[]): number {
  return values.reduce((greatest, value) => Math.max(greatest, value), Number.NEGATIVE_INFINITY);
}

/** `log(sum(exp(values)))`, shifted by the greatest value so that nothing overflows. */
export function logSumExp(values: readonly number[]): number {
  const greatest = max(values);
  if (!Number.isFinite(greatest)) return greatest;
  return greatest + Math.log(sum(values.map((value) => Math.exp(value - greatest))));
}

const sumSquare = (values: readonly number[]): number => sum(values.map((value) => value * value));

export const reduceSum = reduction(sum);
export const reduceSumSquare = reduction(sumSquare);
export const reduceMean = reduction((values) => sum(values) / values.length);
export const reduceMax = reduction(max);
export const reduceL2 = reduction((values) => Math.sqrt(sumSquare(values)));
export const reduceLogSumExp = reduction(logSumExp);

/** `exp(x) / sum(exp(x))` along an axis. */
export const softmax: Kernel<"Softmax"> = (attributes, x) => {
  const [logarithm] = logSoftmax(attributes, x);
  return [{ ...x, data: logarithm!.data.map((value) => Math.exp(value)) }];
};

/** `x - log(sum(exp(x)))` along an axis. */
export const logSoftmax: Kernel<"LogSoftmax"> = ({ axis }, x) => {
  const y = zeros(x.dtype, x.shape);
  for (const line of linesOf(x.shape, normalizeAxis(axis, x.shape.length))) {
    const normalizer = logSumExp(line.map((place) => x.data[place]!));
    for (const place of line) y.data[place] = x.data[place]! - normalizer;
  }
  return [y];
};

/** The index of the greatest element along an axis, of equals the first. */
export const argMax: Kernel<"ArgMax"> = ({ axis, keepdims }, x) => {
  const along = normalizeAxis(axis, x.shape.length);
  const best = linesOf(x.shape, along).map((line) => {
    let index = 0;
    for (let k = 1; k < line.length; k++) if (x.data[line[k]!]! > x.data[line[index]!]!) index = k;
    return index;
  });
  return [{ dtype: "int64", shape: reducedShape(x.shape, [along], keepdims), data: Float64Array.from(best) }];
};

/** The k greatest (or least) elements along an axis in order, and their indices; of equals the lower index first. */
export const topK: Kernel<"TopK"> = ({ axis, largest }, x, k) => {
  const along = normalizeAxis(axis, x.shape.length);
  const count = k.data[0]!;
  const shape = x.shape.with(along, count);
  const values = zeros(x.dtype, shape);
  const indices = zeros("int64", shape);
  const targets = linesOf(shape, along);
  for (const [lineNumber, line] of linesOf(x.shape, along).entries()) {
    const ranked = Array.from(line, (place, index) => ({ value: x.data[place]!, index }));
    // The sort is stable, so equals keep their order.
    ranked.sort((a, b) => (largest ? b.value - a.value : a.value - b.value));
    for (const [rank, { value, index }] of ranked.slice(0, count).entries()) {
      values.data[targets[lineNumber]![rank]!] = value;
      indices.data[targets[lineNumber]![rank]!] = index;
    }
  }
  return [values, indices];
};
