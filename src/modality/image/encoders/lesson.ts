import { InputError } from "../../../base/index.ts";
import { convolutionBlock } from "../../../nn/convolutionBlock.ts";
import type { Encoder } from "../../../nn/encoders/encoder.ts";
import { dropoutLayer, flattenLayer, linearLayer, reluLayer } from "../../../nn/layers.ts";
import type { Module } from "../../../nn/module.ts";
import { sequential } from "../../../nn/sequential.ts";

export interface LessonEncoderOptions {
  /** Channels of a picture. Default 1. */
  readonly channels?: number;
  /** Height and width of a picture, in pixels. Default 28, as MNIST's. */
  readonly size?: number;
  /** Length of the embedding. Default 64. */
  readonly dim?: number;
  /** Dropout probability after each pool. Default 0.3. */
  readonly dropout?: number;
}

/**
 * The lesson's encoder: twice a 5x5 convolution (pad 1), batch norm, ReLU, max-pool 2 and dropout, to 32 and 64
 * channels; then linear 512, ReLU, linear to the embedding. `[n, channels, size, size] -> [n, dim]`.
 *
 * Its state is named as that of a PyTorch module with the sub-modules `conv1`, `conv2` and `linear1`.
 *
 * @throws InputError when pictures are too small for two convolutions and pools.
 */
export function lessonEncoder(options: LessonEncoderOptions = {}): Encoder {
  const { channels = 1, size = 28, dim = 64, dropout = 0.3 } = options;
  const pooled = (extent: number): number => Math.floor((extent - 2) / 2);
  const side = pooled(pooled(size));
  if (side < 1) {
    throw new InputError(
      `pictures of ${size} x ${size} are too small for the lesson's encoder, expected 10 x 10 or more`,
    );
  }
  const block = (inChannels: number, outChannels: number): Module => {
    const pooling = convolutionBlock(inChannels, outChannels, 5, { padding: 1 });
    const drop = dropoutLayer(dropout);
    return {
      state: pooling.state,
      forward: (x, pass) => drop.forward(pooling.forward(x, pass), pass),
    };
  };
  const layers = sequential({
    conv1: block(channels, 32),
    conv2: block(32, 64),
    flatten: flattenLayer(),
    linear1: sequential([linearLayer(64 * side * side, 512), reluLayer(), linearLayer(512, dim)]),
  });
  return { ...layers, name: "lesson", inputShape: [channels, size, size], dim };
}
