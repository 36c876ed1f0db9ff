import type { TensorData } from "../base/index.ts";
import type { Column } from "../data/index.ts";
import { input, type Tensor } from "../graph/index.ts";
import { portInputs, type Tower, towerOf } from "../modality/tower.ts";
import type { Encoder, ForwardPass, StateSpec } from "../nn/index.ts";
import { concat, reshape, split } from "../ops/index.ts";
import type { EmbedOptions } from "./embed.ts";
import type { EpochMetrics } from "./metrics.ts";
import { type MakeSources, pairFeed, pairSources, type TrainingData } from "./source.ts";

/**
 * What is learned: towers and a loss, and the feeds that a batch is made of. Training knows nothing else of it,
 * so other modalities are other tasks, not other trainers.
 */
export interface Task {
  readonly name: string;
  /** What is trained to embed, by modality. Neighbours among labels, and snapshots where no more are asked for, are of the first. */
  readonly towers: ReadonlyMap<string, Tower>;
  /** State of all towers and of what else is trained, a tower's under the names that checkpoints use. */
  readonly state: readonly StateSpec[];
  /** Makes the batches that are fed to the loss, where a training names no others. */
  readonly sources: MakeSources;
  /** The loss of a batch as a scalar, over feeds that it declares itself. */
  loss(batch: number, pass: ForwardPass): Tensor;
  /** What an epoch's metrics say of it, in place of nearest neighbours among the labels. */
  readonly measure?: (trained: TrainedSoFar) => Promise<TaskMetrics>;
}

/** What a task adds to an epoch's metrics. */
export type TaskMetrics = Pick<EpochMetrics, "scale" | "bias" | "recallAt1">;

/** A training between two steps, to be measured. */
export interface TrainedSoFar extends TrainingData {
  readonly seed: number;
  /** `[count, dim]`, by the tower of the column's modality. */
  embed(column: Column, options?: EmbedOptions): Promise<Float32Array>;
  /** Copies of the state of these names. */
  read(names: readonly string[]): Promise<ReadonlyMap<string, TensorData>>;
}

/** A loss of pairs: two `[batch, dim]` and their targets `[batch]` to a scalar. */
export type PairLoss = (anchor: Tensor, contrastive: Tensor, target: Tensor) => Tensor;

/**
 * One tower embeds anchors and contrastives, and a loss compares them. The two are encoded as one batch, an anchor
 * and its contrastive in turn, so that weights are read, laid out and differentiated once; but each is normalised by
 * its own batch statistics, as calling a PyTorch module twice does.
 *
 * Feeds: each port of the tower twice, such as `anchor.images` and `contrastive.images` `[batch, ...inputShape]`, and
 * `target` `[batch]`. Batches: {@link pairSources}.
 */
export function pairTask(of: Tower | Encoder, loss: PairLoss): Task {
  const tower = towerOf(of);
  const { ports, dim } = tower;
  return {
    name: "pairs",
    towers: new Map([[tower.modality, tower]]),
    state: tower.state,
    sources: pairSources(tower),
    loss: (batch, pass) => {
      const [anchors, contrastives] = (["anchor", "contrastive"] as const).map((role) =>
        portInputs(ports, batch, (port) => pairFeed(role, port)),
      );
      const both = ports.map(({ name }) => [name, inTurn([anchors![name]!, contrastives![name]!])]);
      const embeddings = tower.embed(Object.fromEntries(both), pass.of(2));
      const [ofAnchor, ofContrastive] = split(reshape(embeddings, [batch, 2 * dim]), [dim, dim], 1);
      return loss(ofAnchor!, ofContrastive!, input("target", [batch]));
    },
  };
}

/** Batches `[n, ...]` as one `[batches * n, ...]` that takes an example of each in turn. */
function inTurn(batches: readonly Tensor[]): Tensor {
  const [n, ...example] = batches[0]!.shape as [number, ...number[]];
  const joined = concat(
    batches.map((batch) => reshape(batch, [n, 1, ...example])),
    1,
  );
  return reshape(joined, [n * batches.length, ...example]);
}
