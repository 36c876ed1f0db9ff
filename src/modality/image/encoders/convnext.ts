import { InputError } from "../../../base/index.ts";
import { batchNorm1dLayer } from "../../../nn/batchNorm1d.ts";
import type { Encoder } from "../../../nn/encoders/encoder.ts";
import { filled, normal } from "../../../nn/initializers.ts";
import { layerNormLayer } from "../../../nn/layerNorm.ts";
import { conv2dLayer, globalAveragePoolLayer, linearLayer } from "../../../nn/layers.ts";
import type { Module } from "../../../nn/module.ts";
import { sequential } from "../../../nn/sequential.ts";
import { add, gelu, mul, reshape, transpose } from "../../../ops/index.ts";

export interface ConvnextEncoderOptions {
  /** Channels of a picture. Default 3. */
  readonly channels?: number;
  /** Height and width of a picture, in pixels. Default 32. */
  readonly size?: number;
  /** Length of the embedding. Default 64. */
  readonly dim?: number;
  /** Channels of the first stage; each further one has twice as many. Default 32, a third of the paper's for a CPU. */
  readonly width?: number;
  /** Blocks of each stage. Default 1. */
  readonly depth?: number;
}

/** One less than the paper's, whose pictures are larger. */
const stages = 3;
/** Below this, the last stage would have maps of a single pixel. */
export const convnextLeastSize = 16;
/** Pictures of this size and more begin with patches of 4 x 4, as the paper's, smaller ones of 2 x 2. */
const largeSize = 64;
const epsilon = 1e-6;
/** What a block's branch is multiplied by at first; the paper's 1e-6 is for networks several times as deep. */
const layerScale = 0.1;

/**
 * A ConvNeXt for pictures of any size: patches, then three stages of blocks (7x7 depthwise convolution, layer norm, linear to
 * four times the channels, GELU, linear back, a scale for each channel, beside the identity), between which layer norm and a
 * 2x2 convolution halve the maps and double the channels; then the mean of each map, batch norm, and a linear layer.
 * `[n, channels, size, size] -> [n, dim]`.
 *
 * The last norm is the authors' layer norm no more: an untrained network maps all pictures to nearly the same features, and
 * from there contrast did not take hold (60 steps of SupCon on MNIST in colour left 1-NN accuracy at 0.16). Batch norm
 * takes what they share away (0.81).
 *
 * Its state is named as that of the authors' module (`downsample_layers.0.0`, `stages.0.0.dwconv`, `norm`, `head`) and starts
 * from their normal distribution of deviation 0.02, biases from 0.
 *
 * @throws InputError when pictures are smaller than 16 x 16.
 * @see Liu et al., "A ConvNet for the 2020s" (2022), https://arxiv.org/abs/2201.03545
 * @see Touvron et al., "Going deeper with Image Transformers" (2021), https://arxiv.org/abs/2103.17239, for the scale
 */
export function convnextEncoder(options: ConvnextEncoderOptions = {}): Encoder {
  const { channels = 3, size = 32, dim = 64, width = 32, depth = 1 } = options;
  if (size < convnextLeastSize) {
    throw new InputError(
      `pictures of ${size} x ${size} are too small for the convnext encoder, expected ${convnextLeastSize} x ${convnextLeastSize} or more`,
    );
  }
  const patch = size >= largeSize ? 4 : 2;
  const widths = Array.from({ length: stages }, (_, stage) => width * 2 ** stage);
  const down = widths.map((to, stage) =>
    stage === 0
      ? sequential([convolution(channels, to, patch, { stride: patch }), placewiseNorm(to)])
      : sequential([placewiseNorm(to / 2), convolution(to / 2, to, 2, { stride: 2 })]),
  );
  const blocks = widths.map((to) => sequential(Array.from({ length: depth }, () => block(to))));
  const last = widths.at(-1)!;
  const pool = globalAveragePoolLayer();
  const norm = batchNorm1dLayer(last);
  const head = drawn(linearLayer(last, dim));
  const parts = { downsample_layers: sequential(down), stages: sequential(blocks), norm, head };
  return {
    name: "convnext",
    inputShape: [channels, size, size],
    dim,
    state: sequential(parts).state,
    forward: (x, pass) => {
      const maps = widths.reduce((value, _, stage) => {
        const reduced = down[stage]!.forward(value, pass.within("downsample_layers").within(String(stage)));
        return blocks[stage]!.forward(reduced, pass.within("stages").within(String(stage)));
      }, x);
      return head.forward(norm.forward(pool.forward(maps, pass), pass.within("norm")), pass.within("head"));
    },
  };
}

/** A layer that starts from the paper's distribution. */
function drawn(layer: Module): Module {
  const state = layer.state.map(({ name, shape }) =>
    name === "weight" ? normal(name, shape, 0.02) : filled(name, shape, 0, true),
  );
  return { ...layer, state };
}

function convolution(
  from: number,
  to: number,
  kernel: number,
  options: Parameters<typeof conv2dLayer>[3],
): Module {
  return drawn(conv2dLayer(from, to, kernel, options));
}

/** Layer norm over the channels of each place of `[n, c, h, w]`. */
function placewiseNorm(channels: number): Module {
  const norm = layerNormLayer(channels, epsilon);
  return {
    state: norm.state,
    forward: (x, pass) => transpose(norm.forward(transpose(x, [0, 2, 3, 1]), pass), [0, 3, 1, 2]),
  };
}

function block(channels: number): Module {
  const parts = {
    dwconv: convolution(channels, channels, 7, { padding: 3, groups: channels }),
    norm: layerNormLayer(channels, epsilon),
    pwconv1: drawn(linearLayer(channels, 4 * channels)),
    pwconv2: drawn(linearLayer(4 * channels, channels)),
  };
  const scale = filled("gamma", [channels], layerScale, true);
  return {
    state: [scale, ...sequential(parts).state],
    forward: (x, pass) => {
      const apply = (name: keyof typeof parts, value: typeof x): typeof x =>
        parts[name].forward(value, pass.within(name));
      const [n, c, h, w] = x.shape as [number, number, number, number];
      const places = apply("norm", transpose(apply("dwconv", x), [0, 2, 3, 1]));
      // All places of all pictures as rows of one matrix.
      const y = apply("pwconv2", gelu(apply("pwconv1", reshape(places, [n * h * w, c]))));
      const scaled = mul(y, pass.state(scale.name, scale.shape));
      return add(x, transpose(reshape(scaled, [n, h, w, c]), [0, 3, 1, 2]));
    },
  };
}
