import { alignmentTask } from "../../alignment/index.ts";
import { type PictureVariation, variationHere, variedPictures } from "../../modality/image/index.ts";
import type { Optimizer, Schedule } from "../../optim/index.ts";
import type { Task, Tower } from "../../train/index.ts";
import { augmentOptions } from "../augmentationConfig.ts";
import { optimizerOf, scheduleOf } from "../configuredParts.ts";
import type { AlignmentConfig } from "./alignmentConfig.ts";

/** The parts of an alignment's training that a configuration names, as a trainer takes them. */
export interface AlignmentParts {
  readonly task: Task;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
}

/**
 * The parts of an alignment's training that a configuration names, for its towers. Texts and recordings are drawn among those of a row, and
 * recordings varied; pictures as the configuration says.
 *
 * @param variation where pictures are varied. Default: on this thread
 */
export function alignmentParts(
  { towers: configured, loss, perItem, augmentation, optimizer, schedule }: AlignmentConfig,
  towers: readonly Tower[],
  variation: PictureVariation = variationHere,
): AlignmentParts {
  const pictures = configured.image && "encoder" in configured.image && augmentation;
  return {
    task: alignmentTask({
      ...{ towers, pairs: loss.pairs, loss: loss.name, perItem, scaleAlone: true },
      vary: { image: pictures ? variedPictures(augmentOptions(pictures), variation) : null },
    }),
    optimizer: optimizerOf(optimizer),
    schedule: scheduleOf(schedule, optimizer.learningRate),
  };
}
