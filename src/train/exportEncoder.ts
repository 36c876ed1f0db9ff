import type { TensorData } from "../base/index.ts";
import type { Encoder } from "../nn/index.ts";
import { encodeDynamicBatch } from "../onnx/index.ts";
import { embeddingGraph } from "./graphs.ts";

/**
 * The encoder as an ONNX model for inference: `images` `[batch, channels, height, width]` in [-1, 1] to
 * `embedding` `[batch, dim]`, any batch size, parameters and running statistics inside.
 */
export function exportEncoder(
  encoder: Encoder,
  state: ReadonlyMap<string, TensorData>,
): Uint8Array<ArrayBuffer> {
  return encodeDynamicBatch((batch) => embeddingGraph(encoder, batch), {
    parameters: state,
    metadata: { encoder: encoder.name, input: `[batch, ${encoder.inputShape.join(", ")}] scaled to [-1, 1]` },
  });
}
