import { sizeOf } from "../base/index.ts";
import { applyOne, constant, integers, type NodeSource, type Tensor } from "../graph/index.ts";
import { cast, greater } from "./comparison.ts";
import { type ConvOptions, conv2d } from "./convolution.ts";
import { customGradient } from "./customGradient.ts";
import { add, maximum, mul, sub } from "./elementwise.ts";
import { reshape, slice, transpose } from "./layout.ts";
import { matMul } from "./linear.ts";
import { type Moments, patchMoments, type WindowPatches } from "./patchMoments.ts";
import { MaxUnpool, maxPoolWithIndices } from "./pooling.ts";
import { reduceSum } from "./reduction.ts";
import { padding } from "./window.ts";

/** Feature maps beside the maximum of each 2 x 2 window of theirs, the first of equals. */
export interface PooledMaps {
  /** All values of the maps, once: in one tensor `[n, c, h, w]` or in several of fewer rows and columns. */
  readonly parts: readonly Tensor[];
  /** `[n, c, floor(h/2), floor(w/2)]` */
  readonly pooled: Tensor;
  /** The gradient of each part by that of `pooled`: a window's goes to its maximum. */
  unpool(dy: Tensor): readonly Tensor[];
  /** Statistics of the maps where there is a cheaper way to them than reading the parts. */
  moments?(applications: number): Moments;
}

/** Input channels up to which a convolution in four parts costs no more than in one: its input stays in the cache. */
const fewChannels = 4;

/**
 * A convolution of stride 1 and its max-pool of 2 x 2 windows.
 *
 * With few input channels, as in a first layer, the four places of all windows are computed as a convolution of
 * stride 2 each, so that pooling and its gradient are arithmetic on whole tensors: no indices are made, which
 * costs ONNX Runtime several times the convolution, and no windows are walked.
 */
export function convMaxPool2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  options: Pick<ConvOptions, "padding"> = {},
): PooledMaps {
  const [top, left, bottom, right] = padding(options.padding ?? 0);
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const [, , kh, kw] = weight.shape as [number, number, number, number];
  const extents = [height + top + bottom - kh + 1, width + left + right - kw + 1];
  const even = extents.every((extent) => extent % 2 === 0);
  // The places are one row or column apart, which padding takes up on either side.
  const padded = Math.min(top, left, bottom, right) >= 1;
  if (channels > fewChannels || !even || !padded) {
    return denseMaps(conv2d(x, weight, bias, options));
  }
  const seen = windowPatches(x, [kh, kw], [top, left, bottom, right]);
  const place = (down: number, along: number): Place => {
    const values = conv2d(x, weight, bias, {
      stride: 2,
      padding: [top - down, left - along, bottom - 1 + down, right - 1 + along],
    });
    const { gradient } = (values.source as NodeSource).node;
    const part = (products: Tensor): Tensor =>
      slice(products, { starts: [down, along], ends: [down + kh, along + kw], axes: [2, 3] });
    return { values, toInput: (dy) => gradient!.backward([dy])[0]!, part };
  };
  const maps = mapsByPlace([place(0, 0), place(0, 1), place(1, 0), place(1, 1)], seen, [x, weight, bias]);
  const { patches } = seen;
  const worthwhile = patches.shape[1]! ** 2 <= weight.shape[0]! * patchProducts;
  return worthwhile
    ? { ...maps, moments: (applications) => patchMoments(seen, weight, bias, applications) }
    : maps;
}

/** Products of a patch's values with each other, per output channel, that cost less than reading the maps again. */
const patchProducts = 128;

/** What all four places of each window see of `x`: patches of one row and one column more than the kernel has. */
export function windowPatches(
  x: Tensor,
  [kh, kw]: readonly [number, number],
  pads: readonly [number, number, number, number],
): WindowPatches {
  const channels = x.shape[1]!;
  const extents = [channels, kh + 1, kw + 1] as const;
  const size = sizeOf(extents);
  const picks = new Float32Array(size * size);
  for (let i = 0; i < size; i++) picks[i * size + i] = 1;
  const pick = constant("float32", [size, ...extents], picks);
  const maps = conv2d(x, pick, null, { stride: 2, padding: pads });
  const [n, , h, w] = maps.shape as [number, number, number, number];
  const patches = reshape(maps, [n, size, h * w]);
  return { patches, turned: transpose(patches, [0, 2, 1]), extents };
}

/** Maps in one tensor. */
function denseMaps(maps: Tensor): PooledMaps {
  const { values, indices, window } = maxPoolWithIndices(maps, 2);
  return {
    parts: [maps],
    pooled: values,
    unpool: (dy) => [applyOne(MaxUnpool, [dy, indices, integers(maps.shape)], window)],
  };
}

/** One place of all windows. */
interface Place {
  readonly values: Tensor;
  /** The gradient of the convolution's input by that of the values. */
  toInput(dy: Tensor): Tensor;
  /** This place's gradient of the weight in the products of its values' gradient and the patches. */
  part(products: Tensor): Tensor;
}

type Places = readonly [Place, Place, Place, Place];

/** Maps in four tensors: the top left, top right, bottom left and bottom right places of all windows. */
function mapsByPlace(
  places: Places,
  { turned, extents }: WindowPatches,
  operands: readonly [Tensor, Tensor, Tensor],
): PooledMaps {
  /** For each example a product of matrices, of a gradient of values and the patches; and the sum of these. */
  const products = (dy: Tensor): Tensor => {
    const [n, o, h, w] = dy.shape as [number, number, number, number];
    const each = matMul(reshape(dy, [n, o, h * w]), turned);
    return reshape(reduceSum(each, [0]), [o, ...extents]);
  };
  const parts = places.map(({ values, toInput, part }) =>
    customGradient(values, operands, (dy) => [toInput(dy), part(products(dy)), reduceSum(dy, [0, 2, 3])]),
  );
  const [topLeft, topRight, bottomLeft, bottomRight] = parts as [Tensor, Tensor, Tensor, Tensor];
  const [top, bottom] = [maximum(topLeft, topRight), maximum(bottomLeft, bottomRight)];
  const halve = (dy: Tensor): Halves => {
    const [toTop, toBottom] = toGreater(dy, top, bottom);
    return {
      toBottom,
      top: toGreater(toTop, topLeft, topRight),
      bottom: toGreater(toBottom, bottomLeft, bottomRight),
    };
  };
  const unpool = (dy: Tensor): readonly Tensor[] => {
    const halves = halve(dy);
    return [...halves.top, ...halves.bottom];
  };
  const pooled = customGradient(maximum(top, bottom), operands, (dy) => {
    const halves = halve(dy);
    const leaves = [...halves.top, ...halves.bottom];
    const toInput = sum(places.map((place, at) => place.toInput(leaves[at]!)));
    // The products of the left places are what those of the right leave over, so that only these are taken apart.
    const [all, lower, upperRight, lowerRight] = [dy, halves.toBottom, leaves[1]!, leaves[3]!].map(
      products,
    ) as [Tensor, Tensor, Tensor, Tensor];
    const ofPlaces = [sub(sub(all, lower), upperRight), upperRight, sub(lower, lowerRight), lowerRight];
    const toWeight = sum(places.map((place, at) => place.part(ofPlaces[at]!)));
    return [toInput, toWeight, reduceSum(dy, [0, 2, 3])];
  });
  return { parts, pooled, unpool };
}

/** Gradients by the rows of windows, and within each by its left and right place. */
interface Halves {
  readonly toBottom: Tensor;
  readonly top: readonly [Tensor, Tensor];
  readonly bottom: readonly [Tensor, Tensor];
}

function sum(terms: readonly Tensor[]): Tensor {
  return terms.reduce((total, term) => add(total, term));
}

/** `dy` where the first is the greater or equal and zero elsewhere, and the rest of it. */
function toGreater(dy: Tensor, first: Tensor, second: Tensor): [Tensor, Tensor] {
  const toSecond = mul(dy, cast(greater(second, first), dy.dtype));
  return [sub(dy, toSecond), toSecond];
}
