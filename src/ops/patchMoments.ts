import { constant, type Tensor } from "../graph/index.ts";
import { add, maximum, mul, sub } from "./elementwise.ts";
import { reshape, transpose } from "./layout.ts";
import { matMul } from "./linear.ts";
import { reduceMean, reduceSum } from "./reduction.ts";

/** Statistics of each channel and application, `[g c]`, with gradients, and the values that each is of. */
export interface Moments {
  readonly mean: Tensor;
  /** Biased. */
  readonly variance: Tensor;
  readonly count: number;
}

/** The patches of pictures that 2 x 2 windows of a convolution's results see, one patch to a window. */
export interface WindowPatches {
  /** `[n, size, windows]`, size being c high wide. */
  readonly patches: Tensor;
  /** `[n, windows, size]` */
  readonly turned: Tensor;
  /** Channels, rows and columns of a patch: `[c, kh + 1, kw + 1]`. */
  readonly extents: readonly [number, number, number];
}

/**
 * Mean and variance of a convolution's results without reading them: the results are linear in the patches, so with
 * the patches' mean `m` and covariance `C`, for each of the four places of a window, `mean = w m + b` and
 * `variance = w C w'`. Over places, the mean of the variances and the variance of the means add up.
 *
 * `weight` `[o, c, kh, kw]`, `bias` `[o]`; the batch holds the applications in turn.
 */
export function patchMoments(
  { patches, turned, extents }: WindowPatches,
  weight: Tensor,
  bias: Tensor,
  applications: number,
): Moments {
  const [n, size, windows] = patches.shape as [number, number, number];
  const out = weight.shape[0]!;
  const each = (n / applications) * windows;
  const perApplication = (sums: Tensor): Tensor =>
    mul(reduceSum(reshape(sums, [n / applications, applications, ...sums.shape.slice(1)]), [0]), 1 / each);
  const centre = perApplication(reduceSum(patches, [2]));
  const outer = mul(reshape(centre, [applications, size, 1]), reshape(centre, [applications, 1, size]));
  const covariance = sub(perApplication(matMul(patches, turned)), outer);
  const laid = matMul(reshape(weight, [out, weightSize(weight)]), placesInPatch(weight, extents));
  const places = reshape(laid, [out * 4, size]);
  const spread = reduceSum(mul(matMul(places, covariance), places), [2]);
  const centres = reshape(matMul(centre, transpose(places, [1, 0])), [applications, out, 4]);
  const mean = reduceMean(centres, [2]);
  const apart = sub(centres, reshape(mean, [applications, out, 1]));
  const variance = reduceMean(add(reshape(spread, [applications, out, 4]), mul(apart, apart)), [2]);
  return {
    mean: reshape(add(mean, bias), [applications * out]),
    // Rounding can take it below zero where all patches are alike.
    variance: reshape(maximum(variance, 0), [applications * out]),
    count: each * 4,
  };
}

function weightSize(weight: Tensor): number {
  const [, channels, kh, kw] = weight.shape as [number, number, number, number];
  return channels * kh * kw;
}

/** `[c kh kw, 4 size]`: where in a patch each weight stands, for each place of the window. */
function placesInPatch(weight: Tensor, [channels, high, wide]: WindowPatches["extents"]): Tensor {
  const [, , kh, kw] = weight.shape as [number, number, number, number];
  const size = channels * high * wide;
  const places = new Float32Array(weightSize(weight) * 4 * size);
  for (let c = 0, row = 0; c < channels; c++) {
    for (let u = 0; u < kh; u++) {
      for (let v = 0; v < kw; v++, row++) {
        for (let place = 0; place < 4; place++) {
          const [down, along] = [place >> 1, place & 1];
          places[(row * 4 + place) * size + (c * high + u + down) * wide + v + along] = 1;
        }
      }
    }
  }
  return constant("float32", [weightSize(weight), 4 * size], places);
}
