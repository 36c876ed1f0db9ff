import type { TensorData } from "../base/index.ts";
import type { Encoder } from "../nn/index.ts";
import { exportEncoder } from "../train/index.ts";
import { descriptionEntries, type EncoderDescription, preprocessingOf } from "./encoderDescription.ts";
import { encoderFingerprint } from "./encoderFingerprint.ts";
import type { RunConfig } from "./runConfig.ts";

/** What there is to know of a run's encoder with the weights of an epoch, counted from 0; null for those of no checkpoint. */
export async function describeEncoder(
  encoder: Encoder,
  config: RunConfig,
  weights: ReadonlyMap<string, TensorData>,
  epoch: number | null,
): Promise<EncoderDescription> {
  return {
    encoder: encoder.name,
    dim: encoder.dim,
    preprocessing: preprocessingOf(config.towers.image),
    normalized: false,
    classes: config.data.classes,
    fingerprint: await encoderFingerprint(weights, config.towers.image),
    epoch,
  };
}

/**
 * A run's encoder as an ONNX model that says what it is: `images` `[n, channels, size, size]` in [-1, 1] to `embedding`
 * `[n, dim]`, and in its metadata the description, which is null where the encoder takes no pictures (neither 1 nor 3 channels).
 */
export async function describedModel(
  encoder: Encoder,
  config: RunConfig,
  weights: ReadonlyMap<string, TensorData>,
  epoch: number | null,
): Promise<{ readonly onnx: Uint8Array<ArrayBuffer>; readonly description: EncoderDescription | null }> {
  const { channels } = config.towers.image.encoder;
  const description =
    channels === 1 || channels === 3 ? await describeEncoder(encoder, config, weights, epoch) : null;
  const entries = description ? descriptionEntries(description) : {};
  return { onnx: exportEncoder(encoder, weights, entries), description };
}
