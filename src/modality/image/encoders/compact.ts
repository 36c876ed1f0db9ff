import { InputError } from "../../../base/index.ts";
import { convolutionBlock } from "../../../nn/convolutionBlock.ts";
import type { Encoder } from "../../../nn/encoders/encoder.ts";
import { flattenLayer, linearLayer } from "../../../nn/layers.ts";
import { sequential } from "../../../nn/sequential.ts";

export interface CompactEncoderOptions {
  /** Channels of a picture. Default 1. */
  readonly channels?: number;
  /** Height and width of a picture, in pixels. Default 28, as MNIST's. */
  readonly size?: number;
  /** Length of the embedding. Default 64. */
  readonly dim?: number;
  /** Channels of the first block; the second has twice, the third four times as many. Default 16, by measurement. */
  readonly width?: number;
}

/**
 * An encoder that trades operations for accuracy better than the lesson's: three blocks of convolution, batch norm,
 * ReLU and max-pool 2 (5x5 to `width` channels, 3x3 to twice, 3x3 to four times as many, all padded to keep the size),
 * and a linear layer to the embedding. `[n, channels, size, size] -> [n, dim]`.
 *
 * At 28 x 28 and the default width it takes 2.2 million multiplications a picture, where the lesson's takes 7.6.
 *
 * @throws InputError when pictures are too small for three pools.
 */
export function compactEncoder(options: CompactEncoderOptions = {}): Encoder {
  const { channels = 1, size = 28, dim = 64, width = 16 } = options;
  const side = Math.floor(size / 8);
  if (side < 1) {
    throw new InputError(
      `pictures of ${size} x ${size} are too small for the compact encoder, expected 8 x 8 or more`,
    );
  }
  const layers = sequential({
    conv1: convolutionBlock(channels, width, 5, { padding: 2 }),
    conv2: convolutionBlock(width, 2 * width, 3, { padding: 1 }),
    conv3: convolutionBlock(2 * width, 4 * width, 3, { padding: 1 }),
    flatten: flattenLayer(),
    linear: linearLayer(4 * width * side * side, dim),
  });
  return { ...layers, name: "compact", inputShape: [channels, size, size], dim };
}
