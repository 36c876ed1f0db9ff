import { input, type Tensor } from "../graph/index.ts";
import { type Encoder, exampleShape } from "../nn/index.ts";
import type { Task } from "./task.ts";

/** A loss of labelled embeddings: `[batch, dim]` and the labels `[batch]` to a scalar. */
export type LabelLoss = (embeddings: Tensor, labels: Tensor) => Tensor;

/**
 * One encoder embeds each picture once, and a loss compares all pairs in the batch by their labels.
 *
 * Feeds: `images` `[batch, ...inputShape]`, `labels` int32 `[batch]`.
 */
export function labelTask(encoder: Encoder, loss: LabelLoss): Task {
  return {
    name: "labels",
    state: encoder.state,
    encoder,
    loss: (batch, pass) => {
      const images = input("images", [batch, ...exampleShape(encoder)]);
      return loss(encoder.forward(images, pass), input("labels", [batch], "int32"));
    },
  };
}
