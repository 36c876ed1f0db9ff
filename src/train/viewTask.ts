import { input, type Tensor } from "../graph/index.ts";
import type { Encoder } from "../nn/index.ts";
import { split } from "../ops/index.ts";
import type { Task } from "./task.ts";

/** A loss of two views: `[batch, dim]` twice, row `i` of both being of the same picture, to a scalar. */
export type ViewLoss = (first: Tensor, second: Tensor) => Tensor;

/**
 * One encoder embeds two views of each picture, and a loss has them find each other among all others; no label is
 * used. Both views are one batch, also for batch norm, as in SimCLR.
 *
 * Feeds: `images` `[2 batch, ...inputShape]`, the first views of all pictures and then the second ones in that order.
 *
 * @see Chen et al., "A Simple Framework for Contrastive Learning" (2020), https://arxiv.org/abs/2002.05709
 */
export function viewTask(encoder: Encoder, loss: ViewLoss): Task {
  return {
    name: "views",
    state: encoder.state,
    encoder,
    loss: (batch, pass) => {
      const images = input("images", [2 * batch, ...encoder.inputShape]);
      const [first, second] = split(encoder.forward(images, pass), [batch, batch], 0);
      return loss(first!, second!);
    },
  };
}
