/** What an epoch came to. */
export interface EpochMetrics {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss over the epoch's training batches, each weighed by its size. */
  readonly trainLoss: number;
  /** Mean loss over the validation batches; null without validation rows, or where no two of them make a pair. */
  readonly valLoss: number | null;
  /** Learning rate of the epoch's last step. */
  readonly lr: number;
  /** 1-NN accuracy of the validation rows, see `knnReferences`; null without such rows or their labels. */
  readonly knn1: number | null;
  /** How many training rows the nearest neighbour is looked for among. */
  readonly knnReferences: number;
  /**
   * Mean average precision at R of the validation rows among the same training rows, 0 to 1; null where early
   * stopping is off, or there are no labels that both have.
   */
  readonly mapAtR: number | null;
  /** The best epoch up to this one, counted from 1, see `bestEpoch`; null where early stopping is off. */
  readonly best: number | null;
  /** Seconds spent training, validation not included. */
  readonly seconds: number;
  /** Of `unit`. */
  readonly perSecond: number;
  /** What is counted: `pairs`, or what the modality calls its rows, such as `pictures`. */
  readonly unit: string;
  /** Of an alignment: what it multiplies cosines by, the inverse of its temperature. */
  readonly scale?: number;
  /** Of an alignment by SigLIP: what it adds to the logits. */
  readonly bias?: number;
  /**
   * Of an alignment: R@1 of validation rows between the modalities of its pairs, 0 to 1; null where none has anything to find.
   */
  readonly recallAt1?: number | null;
}
