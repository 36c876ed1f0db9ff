import { InputError } from "../base/index.ts";
import { input, type Tensor } from "../graph/index.ts";
import type { AugmentOptions } from "../modality/image/index.ts";
import { type Encoder, exampleShape } from "../nn/index.ts";
import { labelSource, shuffledSources } from "./source.ts";
import type { Task } from "./task.ts";

/** A loss of labelled embeddings: `[batch, dim]` and the labels `[batch]` to a scalar. */
export type LabelLoss = (embeddings: Tensor, labels: Tensor) => Tensor;

/**
 * One encoder embeds each picture once, and a loss compares all pairs in the batch by their labels.
 *
 * Feeds: `images` `[batch, ...inputShape]`, `labels` int32 `[batch]`. Batches: labelled pictures in a new order each epoch, see
 * `labelSource`.
 *
 * @param augmentation how training pictures are varied. Default null: not at all
 */
export function labelTask(
  encoder: Encoder,
  loss: LabelLoss,
  augmentation: AugmentOptions | null = null,
): Task {
  return {
    name: "labels",
    state: encoder.state,
    encoder,
    sources: shuffledSources((dataset, options, part) => {
      if (dataset.labelled === false) {
        throw new InputError(
          `${dataset.name} has no labels, and a task of labels learns from them: choose a task of views (viewTask)`,
        );
      }
      return labelSource(dataset, { ...options, augmentation: part === "training" ? augmentation : null });
    }),
    loss: (batch, pass) => {
      const images = input("images", [batch, ...exampleShape(encoder)]);
      return loss(encoder.forward(images, pass), input("labels", [batch], "int32"));
    },
  };
}
