import { linearLayer, reluLayer } from "../layers.ts";
import { sequential } from "../sequential.ts";
import type { Encoder } from "./encoder.ts";
import type { TrunkChoice } from "./trunk.ts";

export interface HeadEncoderOptions {
  /** The frozen model that makes its features. */
  readonly trunk: TrunkChoice;
  /** Channels of a picture, as the trunk takes them. */
  readonly channels: number;
  /** Height and width of a picture, as the trunk takes them. */
  readonly size: number;
  /** Length of the embedding. Default 64. */
  readonly dim?: number;
  /** Length of the hidden layer; 0 for none, a linear head. Default 256. */
  readonly hidden?: number;
}

/**
 * A projection head on a frozen model's features: linear, ReLU, linear, or one linear layer. `[n, features] -> [n, dim]`;
 * nothing is normalised to length 1.
 *
 * The model itself is to be put in with {@link withTrunkModel} wherever pictures are embedded.
 */
export function headEncoder(options: HeadEncoderOptions): Encoder {
  const { trunk, channels, size, dim = 64, hidden = 256 } = options;
  const layers =
    hidden === 0
      ? sequential({ head: linearLayer(trunk.features, dim) })
      : sequential({
          head: sequential([linearLayer(trunk.features, hidden), reluLayer(), linearLayer(hidden, dim)]),
        });
  return {
    ...layers,
    name: "head",
    inputShape: [channels, size, size],
    dim,
    trunk: { ...trunk, model: null },
  };
}

/** An encoder with the bytes of its trunk's file; one without a trunk as it is. */
export function withTrunkModel(encoder: Encoder, model: Uint8Array | null): Encoder {
  return encoder.trunk ? { ...encoder, trunk: { ...encoder.trunk, model } } : encoder;
}
