import {
  fingerprint,
  type ImageDataset,
  planRun,
  type RunConfig,
  splitValidation,
  takeFirst,
  usualValidation,
} from "kindred";
import type { TrainRequest } from "kindred/workspace";
import { lossOf } from "./offered.ts";

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
 */
export async function planTraining(request: TrainRequest, dataset: ImageDataset): Promise<TrainingPlan> {
  const { data: source, recipe, epochs, seed } = request;
  const limit = request.limit !== null && request.limit < dataset.count ? request.limit : null;
  const pictures = limit === null ? dataset : takeFirst(dataset, limit);
  const validation = usualValidation(pictures.count);
  const split = splitValidation(pictures, validation);
  const size = { channels: pictures.channels, size: pictures.width };
  const choices = {
    source,
    // The site's pictures are mixed already.
    order: "source" as const,
    limit,
    epochs: epochs ?? undefined,
    seed,
    loss: lossOf(request),
    init: null,
    record: true,
    validation,
  };
  const data = { ...split, fingerprint: fingerprint(pictures) };
  const { config } = await planRun(recipe, { ...choices, ...size }, data);
  return { config, pictures, ...split };
}
