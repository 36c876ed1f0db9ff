import { applyOne, constant, integers, type NodeSource, type Tensor } from "../graph/index.ts";
import { cast, greater } from "./comparison.ts";
import { type ConvOptions, conv2d } from "./convolution.ts";
import { customGradient } from "./customGradient.ts";
import { maximum, mul, sub } from "./elementwise.ts";
import { reshape, slice, transpose } from "./layout.ts";
import { matMul } from "./linear.ts";
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
  const weightGradient = weightGradientByPlace(x, weight, [top, left, bottom, right]);
  const place = (down: number, along: number): Tensor => {
    const part = conv2d(x, weight, bias, {
      stride: 2,
      padding: [top - down, left - along, bottom - 1 + down, right - 1 + along],
    });
    const { gradient } = (part.source as NodeSource).node;
    return customGradient(part, [x, weight, bias], (dy) => {
      const [toInput, , toBias] = gradient!.backward([dy]);
      return [toInput!, weightGradient(dy, down, along), toBias!];
    });
  };
  return mapsByPlace([place(0, 0), place(0, 1), place(1, 0), place(1, 1)]);
}

/**
 * The weight's gradient at a place of the windows: for each example a product of matrices, of the place's gradient and
 * the patches of `x` that the windows see, `kh + 1` by `kw + 1`; at its place within these lies the weight's part.
 */
function weightGradientByPlace(
  x: Tensor,
  weight: Tensor,
  pads: readonly [number, number, number, number],
): (dy: Tensor, down: number, along: number) => Tensor {
  const [o, channels, kh, kw] = weight.shape as [number, number, number, number];
  const [high, wide] = [kh + 1, kw + 1];
  const size = channels * high * wide;
  const picks = new Float32Array(size * size);
  for (let i = 0; i < size; i++) picks[i * size + i] = 1;
  const pick = constant("float32", [size, channels, high, wide], picks);
  const patches = conv2d(x, pick, null, { stride: 2, padding: pads });
  const [n, , h, w] = patches.shape as [number, number, number, number];
  const turned = transpose(reshape(patches, [n, size, h * w]), [0, 2, 1]);
  return (dy, down, along) => {
    const products = matMul(reshape(dy, [n, o, h * w]), turned);
    const summed = reshape(reduceSum(products, [0]), [o, channels, high, wide]);
    return slice(summed, { starts: [down, along], ends: [down + kh, along + kw], axes: [2, 3] });
  };
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

/** Maps in four tensors: the top left, top right, bottom left and bottom right places of all windows. */
function mapsByPlace(parts: readonly [Tensor, Tensor, Tensor, Tensor]): PooledMaps {
  const [topLeft, topRight, bottomLeft, bottomRight] = parts;
  const [top, bottom] = [maximum(topLeft, topRight), maximum(bottomLeft, bottomRight)];
  const unpool = (dy: Tensor): readonly Tensor[] => {
    const [toTop, toBottom] = toGreater(dy, top, bottom);
    return [...toGreater(toTop, topLeft, topRight), ...toGreater(toBottom, bottomLeft, bottomRight)];
  };
  return { parts, pooled: customGradient(maximum(top, bottom), parts, unpool), unpool };
}

/** `dy` where the first is the greater or equal and zero elsewhere, and the rest of it. */
function toGreater(dy: Tensor, first: Tensor, second: Tensor): [Tensor, Tensor] {
  const toSecond = mul(dy, cast(greater(second, first), dy.dtype));
  return [sub(dy, toSecond), toSecond];
}
