import { InputError } from "../base/index.ts";
import type { Vary } from "../data/index.ts";
import { input, type Tensor } from "../graph/index.ts";
import { portInputs, type Tower, towerOf } from "../modality/tower.ts";
import type { Encoder } from "../nn/index.ts";
import { labelSource, shuffledSources } from "./source.ts";
import type { Task } from "./task.ts";

/** A loss of labelled embeddings: `[batch, dim]` and the labels `[batch]` to a scalar. */
export type LabelLoss = (embeddings: Tensor, labels: Tensor) => Tensor;

/**
 * One tower embeds each row once, and a loss compares all pairs in the batch by their labels.
 *
 * Feeds: the tower's ports, such as `images` `[batch, ...inputShape]`, and `labels` int32 `[batch]`. Batches: labelled rows in a
 * new order each epoch, see `labelSource`.
 *
 * @param vary how training rows are varied, such as `variedPictures(lightAugmentation)`. Default null: not at all
 */
export function labelTask(of: Tower | Encoder, loss: LabelLoss, vary: Vary | null = null): Task {
  const tower = towerOf(of);
  return {
    name: "labels",
    towers: new Map([[tower.modality, tower]]),
    state: tower.state,
    sources: shuffledSources(tower, (dataset, options, part) => {
      if (dataset.labelled === false) {
        throw new InputError(
          `${dataset.name} has no labels, and a task of labels learns from them: choose a task of views (viewTask)`,
        );
      }
      return labelSource(dataset, tower, { ...options, vary: part === "training" ? vary : null });
    }),
    loss: (batch, pass) =>
      loss(tower.embed(portInputs(tower.ports, batch), pass), input("labels", [batch], "int32")),
  };
}
