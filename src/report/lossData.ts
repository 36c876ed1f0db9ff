/** What the plot of a training shows of an epoch. */
export interface LossRow {
  /** From 1. */
  readonly epoch: number;
  /** null where it was not finite. */
  readonly trainLoss: number | null;
  /** null without validation. */
  readonly valLoss: number | null;
  /** Learning rate. */
  readonly lr: number;
  /** 1-NN accuracy of the validation pictures, 0 to 1; null without validation. */
  readonly knn1: number | null;
}
