import { input, type Tensor } from "../graph/index.ts";
import { augmentationOf, viewPolicy } from "../modality/image/index.ts";
import type { Encoder, Module } from "../nn/index.ts";
import { split } from "../ops/index.ts";
import { shuffledSources, viewSource } from "./source.ts";
import type { Task } from "./task.ts";

/** A loss of two views: `[batch, dim]` twice, row `i` of both being of the same picture, to a scalar. */
export type ViewLoss = (first: Tensor, second: Tensor) => Tensor;

/**
 * One encoder embeds two views of each picture, and a loss has them find each other among all others; no label is
 * used. Both views are one batch, also for batch norm, as in SimCLR. Where there is a head, the loss sees what it makes of
 * the embeddings: its state is trained and saved to resume with, named `head.…`, but is no part of the encoder.
 *
 * Feeds: `images` `[2 batch, ...inputShape]`, the first views of all pictures and then the second ones in that order. Batches: each
 * picture varied twice in the way that suits it (`digits` for small grey ones, else `photo`), see `viewSource`.
 *
 * @see Chen et al., "A Simple Framework for Contrastive Learning" (2020), https://arxiv.org/abs/2002.05709
 */
export function viewTask(encoder: Encoder, loss: ViewLoss, head: Module | null = null): Task {
  const ofHead = (head?.state ?? []).map((spec) => ({ ...spec, name: `head.${spec.name}` }));
  return {
    name: "views",
    state: [...encoder.state, ...ofHead],
    encoder,
    sources: shuffledSources((dataset, options) => {
      const augmentation = augmentationOf(viewPolicy(dataset.channels, dataset.height), dataset.height);
      return viewSource(dataset, { ...options, augmentation });
    }),
    loss: (batch, pass) => {
      const images = input("images", [2 * batch, ...encoder.inputShape]);
      const embeddings = encoder.forward(images, pass);
      const compared = head ? head.forward(embeddings, pass.within("head")) : embeddings;
      const [first, second] = split(compared, [batch, batch], 0);
      return loss(first!, second!);
    },
  };
}
