import type { RunConfig } from "../../../runs/index.ts";
import { isNamedSet, type LoadDatasetOptions } from "../datasets/datasets.ts";
import { settled } from "../pictures/surveyPictures.ts";

/**
 * How data is to be read for a run: with its preprocessing and its numbers for the classes; transposed where its own is; and where it is its
 * own, in the order that it was trained with. Picture files for a run that was trained on arrays become of its size.
 */
export function dataOptionsOf({ data, towers, seed }: RunConfig, source: string): LoadDatasetOptions {
  const { order, form, classes, validation, unlabelled, fingerprint } = data;
  const { encoder, preprocessing } = towers.image;
  const begun = fingerprint !== null;
  return {
    seed,
    ...(preprocessing ? { preprocessing: settled(preprocessing) } : {}),
    ...(classes ? { classes } : {}),
    ...(source === data.source
      ? { order, form, unlabelled, ...(begun ? { validation } : {}) }
      : {
          ...(preprocessing || (encoder.channels !== 1 && encoder.channels !== 3)
            ? {}
            : { preprocessing: { size: encoder.size, channels: encoder.channels } }),
          form: { ...form, transpose: form.transpose && !isNamedSet(source) },
          labelRequired: false,
        }),
  };
}
