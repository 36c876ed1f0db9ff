import type { Unit } from "./source.ts";

/** What an epoch came to. */
export interface EpochMetrics {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss over the epoch's training batches, each weighed by its size. */
  readonly trainLoss: number;
  /** Mean loss over the validation batches; null without validation images, or where no two of them make a pair. */
  readonly valLoss: number | null;
  /** Learning rate of the epoch's last step. */
  readonly lr: number;
  /** 1-NN accuracy of the validation images, see `knnReferences`; null without such images or their labels. */
  readonly knn1: number | null;
  /** How many training images the nearest neighbour is looked for among. */
  readonly knnReferences: number;
  /**
   * Mean average precision at R of the validation images among the same training images, 0 to 1; null where early
   * stopping is off, or there are no labels that both have.
   */
  readonly mapAtR: number | null;
  /** The best epoch up to this one, counted from 1, see `bestEpoch`; null where early stopping is off. */
  readonly best: number | null;
  /** Seconds spent training, validation not included. */
  readonly seconds: number;
  /** Pairs or pictures a second. */
  readonly perSecond: number;
  readonly unit: Unit;
}
