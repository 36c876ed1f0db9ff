import type { Unit } from "./source.ts";

/** What an epoch came to. */
export interface EpochMetrics {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss over the epoch's training batches, each weighed by its size. */
  readonly trainLoss: number;
  /** Mean loss over the validation batches; null without validation images. */
  readonly valLoss: number | null;
  /** Learning rate of the epoch's last step. */
  readonly lr: number;
  /** 1-NN accuracy of the validation images, see `knnReferences`; null without such images or their labels. */
  readonly knn1: number | null;
  /** How many training images the nearest neighbour is looked for among. */
  readonly knnReferences: number;
  /** Seconds spent training, validation not included. */
  readonly seconds: number;
  /** Pairs or pictures a second. */
  readonly perSecond: number;
  readonly unit: Unit;
}
