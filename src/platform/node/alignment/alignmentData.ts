import type { Dataset } from "../../../data/index.ts";

/** The rows of an alignment, each with a column of every modality as it is read. */
export interface AlignmentData {
  readonly training: Dataset;
  readonly validation: Dataset;
  /** Names the rows of both, so that a run does not go on with others. */
  readonly fingerprint: string;
}

/** Rows to measure by: those of one modality each, as users would look for them and have them found. */
export type MeasuredRows = readonly MeasuredModality[];

export interface MeasuredModality {
  readonly modality: string;
  /** Has a column of the modality, which every row has. */
  readonly dataset: Dataset;
}
