import { input, type Tensor } from "../graph/index.ts";
import { type Encoder, exampleShape, type ForwardPass, type StateSpec } from "../nn/index.ts";
import { concat, reshape, split } from "../ops/index.ts";
import { type MakeSources, pairSources } from "./source.ts";

/**
 * What is learned: encoders and a loss, and the feeds that a batch is made of. Training knows nothing else of it,
 * so another pair of modalities is another task, not another trainer.
 */
export interface Task {
  readonly name: string;
  /** State of all encoders and of what else is trained, an encoder's under the names that checkpoints use. */
  readonly state: readonly StateSpec[];
  /** The encoder that a run is about: the one that is embedded with and exported. */
  readonly encoder: Encoder;
  /** Makes the batches that are fed to the loss, where a training names no others. */
  readonly sources: MakeSources;
  /** The loss of a batch as a scalar, over feeds that it declares itself. */
  loss(batch: number, pass: ForwardPass): Tensor;
}

/** A loss of pairs: two `[batch, dim]` and their targets `[batch]` to a scalar. */
export type PairLoss = (anchor: Tensor, contrastive: Tensor, target: Tensor) => Tensor;

/**
 * One encoder embeds anchors and contrastives, and a loss compares them. The two are encoded as one batch, an anchor
 * and its contrastive in turn, so that weights are read, laid out and differentiated once; but each is normalised by
 * its own batch statistics, as calling a PyTorch module twice does.
 *
 * Feeds: `anchor` and `contrastive` `[batch, ...inputShape]`, `target` `[batch]`. Batches: {@link pairSources}.
 */
export function pairTask(encoder: Encoder, loss: PairLoss): Task {
  return {
    name: "pairs",
    state: encoder.state,
    encoder,
    sources: pairSources,
    loss: (batch, pass) => {
      const anchor = input("anchor", [batch, ...exampleShape(encoder)]);
      const contrastive = input("contrastive", [batch, ...exampleShape(encoder)]);
      const target = input("target", [batch]);
      const embeddings = encoder.forward(inTurn([anchor, contrastive]), pass.of(2));
      const [ofAnchor, ofContrastive] = split(
        reshape(embeddings, [batch, 2 * encoder.dim]),
        [encoder.dim, encoder.dim],
        1,
      );
      return loss(ofAnchor!, ofContrastive!, target);
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
