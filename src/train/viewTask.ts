import type { Vary } from "../data/index.ts";
import type { Tensor } from "../graph/index.ts";
import { portInputs, type Tower, towerOf } from "../modality/tower.ts";
import type { Encoder, Module } from "../nn/index.ts";
import { split } from "../ops/index.ts";
import { shuffledSources, viewSource } from "./source.ts";
import type { Task } from "./task.ts";

/** A loss of two views: `[batch, dim]` twice, row `i` of both being of the same row, to a scalar. */
export type ViewLoss = (first: Tensor, second: Tensor) => Tensor;

/**
 * One tower embeds two views of each row, and a loss has them find each other among all others; no label is
 * used. Both views are one batch, also for batch norm, as in SimCLR. Where there is a head, the loss sees what it makes of
 * the embeddings: its state is trained and saved to resume with, named `head.…`, but is no part of the tower.
 *
 * Feeds: the tower's ports, such as `images` `[2 batch, ...inputShape]`: the first views of all rows and then the second ones in
 * that order. Batches: each row varied twice, see `viewSource`.
 *
 * @param vary default: as the modality has its rows varied, for pictures `digits` for small grey ones and else `photo`
 * @see Chen et al., "A Simple Framework for Contrastive Learning" (2020), https://arxiv.org/abs/2002.05709
 */
export function viewTask(of: Tower | Encoder, loss: ViewLoss, head: Module | null = null, vary?: Vary): Task {
  const tower = towerOf(of);
  const ofHead = (head?.state ?? []).map((spec) => ({ ...spec, name: `head.${spec.name}` }));
  return {
    name: "views",
    towers: new Map([[tower.modality, tower]]),
    state: [...tower.state, ...ofHead],
    sources: shuffledSources(tower, (dataset, options) => viewSource(dataset, tower, { ...options, vary })),
    loss: (batch, pass) => {
      const embeddings = tower.embed(portInputs(tower.ports, 2 * batch), pass);
      const compared = head ? head.forward(embeddings, pass.within("head")) : embeddings;
      const [first, second] = split(compared, [batch, batch], 0);
      return loss(first!, second!);
    },
  };
}
