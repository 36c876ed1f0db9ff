import { KindredError, type TensorData } from "../base/index.ts";
import type { Encoder } from "../nn/index.ts";
import { encodeDynamicBatch, withHead } from "../onnx/index.ts";
import { embeddingGraph } from "./graphs.ts";

/** Under which key of an encoder's metadata the SHA-256 of its trunk is. */
export const trunkEntry = "kindred.trunk";

/**
 * The encoder as an ONNX model for inference: `images` `[batch, channels, height, width]` in [-1, 1] to
 * `embedding` `[batch, dim]`, any batch size, parameters and running statistics inside; a trunk is inside, too.
 *
 * @param entries of its metadata, beside the encoder's name and what it takes
 * @throws KindredError when the encoder's trunk has not been read.
 */
export function exportEncoder(
  encoder: Encoder,
  state: ReadonlyMap<string, TensorData>,
  entries: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const { name, inputShape, dim, trunk } = encoder;
  const metadata = {
    encoder: name,
    input: `[batch, ${inputShape.join(", ")}] scaled to [-1, 1]`,
    ...entries,
  };
  const build = (batch: number) => embeddingGraph(encoder, batch);
  if (!trunk) return encodeDynamicBatch(build, { parameters: state, metadata });
  if (!trunk.model) throw new KindredError("the encoder's trunk has not been read, so it cannot be written");
  const head = { model: encodeDynamicBatch(build, { parameters: state }), dim };
  return withHead(trunk.model, head, { ...metadata, [trunkEntry]: trunk.sha256 });
}
