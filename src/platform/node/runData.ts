import type { RunConfig } from "../../train/index.ts";
import type { LoadDatasetOptions } from "./datasets.ts";

/**
 * How picture files are to be read for a run: with its preprocessing and its numbers for the classes; and where they are its
 * own, in the order that it was trained with.
 */
export function dataOptionsOf({ data, seed }: RunConfig, source: string): LoadDatasetOptions {
  const { preprocessing, classes, validation, unlabelled, fingerprint } = data;
  const begun = fingerprint !== null;
  return {
    seed,
    ...(preprocessing ? { preprocessing } : {}),
    ...(classes ? { classes } : {}),
    ...(source === data.source ? { unlabelled, ...(begun ? { validation } : {}) } : {}),
  };
}
