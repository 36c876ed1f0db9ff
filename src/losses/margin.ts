import { KindredError } from "../base/index.ts";

export interface MarginOptions {
  /** How far apart unalike rows are to be, in the unit of the loss's distance. More than 0. */
  readonly margin?: number;
}

/** The margin asked for, or the default. */
export function positiveMargin(options: MarginOptions, byDefault: number): number {
  const { margin = byDefault } = options;
  if (!(margin > 0 && margin < Number.POSITIVE_INFINITY)) {
    throw new KindredError(`margin ${margin} cannot be used, expected a number above 0`);
  }
  return margin;
}
