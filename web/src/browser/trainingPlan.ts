import {
  fingerprint,
  type ImageDataset,
  planRun,
  type RunConfig,
  splitValidation,
  takeFirst,
  usualValidation,
} from "kindred";
import { requestedChoices, type TrainRequest } from "kindred/workspace";

/** What is to be trained, and on what. */
export interface TrainingPlan {
  readonly config: RunConfig;
  /** All of the run's pictures, of which the last are for validation. */
  readonly pictures: ImageDataset;
  readonly training: ImageDataset;
  readonly validation: ImageDataset;
}

/**
 * Makes of a request what `kindred train` makes of its options.
 *
 * @throws InputError when the choices do not go together.
 * @throws AbortedError by the signal.
 */
export async function planTraining(
  request: TrainRequest,
  dataset: ImageDataset,
  signal: AbortSignal,
): Promise<TrainingPlan> {
  const limit = request.limit !== null && request.limit < dataset.count ? request.limit : null;
  const pictures = limit === null ? dataset : takeFirst(dataset, limit);
  const split = splitValidation(pictures, usualValidation(pictures.count));
  // The site's pictures are mixed already.
  const choices = { ...requestedChoices(request), limit, order: "source" } as const;
  const data = { ...split, fingerprint: fingerprint(pictures) };
  const { config } = await planRun(request.recipe, choices, data, { signal });
  return { config, pictures, ...split };
}
