import { InputError } from "../../../base/index.ts";
import { batchNorm2dLayer } from "../../../nn/batchNorm2d.ts";
import type { Encoder } from "../../../nn/encoders/encoder.ts";
import { heNormal } from "../../../nn/initializers.ts";
import {
  conv2dLayer,
  dropoutLayer,
  flattenLayer,
  globalAveragePoolLayer,
  linearLayer,
  reluLayer,
} from "../../../nn/layers.ts";
import type { Module } from "../../../nn/module.ts";
import { sequential } from "../../../nn/sequential.ts";
import { add, relu } from "../../../ops/index.ts";

export interface ResnetEncoderOptions {
  /** Channels of a picture. Default 3. */
  readonly channels?: number;
  /** Height and width of a picture, in pixels. Default 32. */
  readonly size?: number;
  /** Length of the embedding. Default 64. */
  readonly dim?: number;
  /** Channels of the first stage; each further one has twice as many. Default 16, a quarter of the paper's for a CPU. */
  readonly width?: number;
  /** Blocks of each stage. Default 1; with 2, and a width of 64, this is ResNet-18 with a small stem. */
  readonly depth?: number;
  /**
   * What the linear layer sees: the mean of each map, as in the paper, or every place of it (`flatten`), which tells drawings
   * apart by where their parts are. Default `mean`.
   */
  readonly pool?: "mean" | "flatten";
  /** Dropout probability of what the linear layer sees. Default 0. */
  readonly dropout?: number;
}

const stages = 4;
/** Below this, the last stage would have maps of a single pixel. */
export const resnetLeastSize = 16;
/** Pictures of this size and more are halved by the stem, so that they cost no more than those of half the size. */
const largeSize = 64;

/**
 * A residual network for pictures of any size: a 3x3 stem with batch norm and ReLU, four stages of basic blocks (twice 3x3
 * convolution and batch norm, beside a shortcut) of which all but the first halve the maps and double the channels, the mean
 * of each map (or all of them), and a linear layer. `[n, channels, size, size] -> [n, dim]`.
 *
 * Its state is named as that of torchvision's `ResNet` (`conv1`, `bn1`, `layer1.0.conv1`, `layer2.0.downsample.0`, `fc`), its
 * convolutions start from He's normal distribution, as there.
 *
 * @throws InputError when pictures are smaller than 16 x 16.
 * @see He et al., "Deep Residual Learning for Image Recognition" (2015), https://arxiv.org/abs/1512.03385
 */
export function resnetEncoder(options: ResnetEncoderOptions = {}): Encoder {
  const { channels = 3, size = 32, dim = 64, width = 16, depth = 1, pool = "mean", dropout = 0 } = options;
  if (size < resnetLeastSize) {
    throw new InputError(
      `pictures of ${size} x ${size} are too small for the resnet encoder, expected ${resnetLeastSize} x ${resnetLeastSize} or more`,
    );
  }
  const widths = Array.from({ length: stages }, (_, stage) => width * 2 ** stage);
  const ofStages = widths.map((to, stage) => {
    const from = stage === 0 ? width : to / 2;
    const first = basicBlock(from, to, stage === 0 ? 1 : 2);
    return sequential([first, ...Array.from({ length: depth - 1 }, () => basicBlock(to, to, 1))]);
  });
  const layers = sequential({
    conv1: convolution(channels, width, 3, size >= largeSize ? 2 : 1),
    bn1: batchNorm2dLayer(width),
    relu: reluLayer(),
    ...Object.fromEntries(ofStages.map((stage, i) => [`layer${i + 1}`, stage])),
    avgpool: pool === "mean" ? globalAveragePoolLayer() : flattenLayer(),
    drop: dropoutLayer(dropout),
    fc: linearLayer(widths.at(-1)! * (pool === "mean" ? 1 : lastSide(size) ** 2), dim),
  });
  return { ...layers, name: "resnet", inputShape: [channels, size, size], dim };
}

/** Side of the last stage's maps: each halving rounds up. */
function lastSide(size: number): number {
  let side = size >= largeSize ? Math.ceil(size / 2) : size;
  for (let stage = 1; stage < stages; stage++) side = Math.ceil(side / 2);
  return side;
}

/** Without bias, as batch norm follows, and of the same size but for the stride. */
function convolution(from: number, to: number, kernel: number, stride: number): Module {
  const layer = conv2dLayer(from, to, kernel, { stride, padding: (kernel - 1) / 2, bias: false });
  return { ...layer, state: [heNormal("weight", [to, from, kernel, kernel], to * kernel * kernel)] };
}

/** `relu(bn(conv(relu(bn(conv(x))))) + shortcut(x))`; the shortcut is a 1x1 convolution where shapes differ, else x. */
function basicBlock(from: number, to: number, stride: number): Module {
  const path = {
    conv1: convolution(from, to, 3, stride),
    bn1: batchNorm2dLayer(to),
    conv2: convolution(to, to, 3, 1),
    bn2: batchNorm2dLayer(to),
  };
  const projected = stride !== 1 || from !== to;
  const shortcut = projected ? sequential([convolution(from, to, 1, stride), batchNorm2dLayer(to)]) : null;
  const { state } = sequential({ ...path, ...(shortcut ? { downsample: shortcut } : {}) });
  return {
    state,
    forward: (x, pass) => {
      const apply = (name: keyof typeof path, value: typeof x): typeof x =>
        path[name].forward(value, pass.within(name));
      const inner = relu(apply("bn1", apply("conv1", x)));
      const y = apply("bn2", apply("conv2", inner));
      return relu(add(y, shortcut ? shortcut.forward(x, pass.within("downsample")) : x));
    },
  };
}
