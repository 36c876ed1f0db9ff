import type { Curve } from "./curve.ts";
import { clippedBits, type GradientTables, gradientTables } from "./gradientTable.ts";

/** Negative samples for each positive one; from the paper and umap-learn. */
export const negativeSamples = 5;
/** Each coordinate's gradient is clipped to this, as in umap-learn, so that no point is thrown out of the map. */
export const clip = 4;

/** How points move each other. */
export interface LayoutField {
  readonly tables: GradientTables;
  /** Bits of squared distance from which on no pull, and no push, needs to be clipped. */
  readonly pullClipped: number;
  readonly pushClipped: number;
}

export function layoutField(curve: Curve): LayoutField {
  const tables = gradientTables(curve);
  return {
    tables,
    pullClipped: clippedBits(tables.pull, clip),
    pushClipped: clippedBits(tables.push, clip),
  };
}

/** The rate of an epoch: umap-learn lowers it after an epoch by that epoch's number, so that the first two run at the full. */
export function epochRate(learningRate: number, epoch: number, epochs: number): number {
  return learningRate * (1 - Math.max(0, epoch - 1) / epochs);
}
