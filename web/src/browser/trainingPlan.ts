import {
  fingerprint,
  fittedToData,
  type ImageDataset,
  type RunConfig,
  recipeConfig,
  splitValidation,
  takeFirst,
} from "kindred";
import type { TrainRequest } from "kindred/explorer";
import { lossOf } from "./offered.ts";

/** As many as `kindred train` keeps for validation, where there are enough. */
const validationPictures = 1000;

/** What is to be trained, and on what. */
export interface TrainingPlan {
  readonly config: RunConfig;
  /** All of the run's pictures, of which the last are for validation. */
  readonly pictures: ImageDataset;
  readonly training: ImageDataset;
  readonly validation: ImageDataset;
}

/**
 * Makes of a request what `kindred train` makes of its options; of fewer than 5,000 pictures a fifth is kept for
 * validation.
 *
 * @throws InputError when the choices do not go together.
 */
export function planTraining(request: TrainRequest, dataset: ImageDataset): TrainingPlan {
  const { data: source, recipe, epochs, seed } = request;
  const limit = request.limit !== null && request.limit < dataset.count ? request.limit : null;
  const pictures = limit === null ? dataset : takeFirst(dataset, limit);
  const validation = Math.min(validationPictures, Math.floor(pictures.count / 5));
  const split = splitValidation(pictures, validation);
  const size = { channels: pictures.channels, size: pictures.width };
  const choices = {
    source,
    // The site's pictures are mixed already.
    order: "source" as const,
    limit,
    epochs,
    seed,
    loss: lossOf(request),
    init: null,
    record: true,
    validation,
  };
  const config = recipeConfig(recipe, { ...choices, ...size });
  const data = { ...split, fingerprint: fingerprint(pictures) };
  return { config: fittedToData(config, data), pictures, ...split };
}
