import { batchNorm1dLayer } from "../batchNorm1d.ts";
import { linearLayer, reluLayer } from "../layers.ts";
import { sequential } from "../sequential.ts";
import type { Encoder } from "./encoder.ts";
import type { TrunkChoice } from "./trunk.ts";

export interface HeadEncoderOptions {
  /** The frozen model that makes its features. */
  readonly trunk: TrunkChoice;
  /** Channels of a picture. */
  readonly channels: number;
  /** Height and width of a picture, as the trunk takes them. */
  readonly size: number;
  /** Length of the embedding. Default 64. */
  readonly dim?: number;
  /** Length of the hidden layer; 0 for none, a linear head. Default 256. */
  readonly hidden?: number;
}

/**
 * A projection head on a frozen model's features: batch norm, then linear, ReLU, linear, or one linear layer.
 * `[n, features] -> [n, dim]`; nothing is normalised to length 1.
 *
 * Features of a model that was trained for something else have much in common, and little of their length tells pictures
 * apart; without batch norm to take that away, contrast may not take hold.
 *
 * The model itself is to be put in with {@link withTrunkModel} wherever pictures are embedded.
 */
export function headEncoder(options: HeadEncoderOptions): Encoder {
  const { trunk, channels, size, dim = 64, hidden = 256 } = options;
  const norm = batchNorm1dLayer(trunk.features);
  const layers =
    hidden === 0
      ? sequential({ norm, head: linearLayer(trunk.features, dim) })
      : sequential({
          norm,
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

/** An encoder with its trunk's model, see `Trunk`; one without a trunk as it is. */
export function withTrunkModel(encoder: Encoder, model: Uint8Array | null): Encoder {
  return encoder.trunk ? { ...encoder, trunk: { ...encoder.trunk, model } } : encoder;
}
