import { datasetOf, ImageColumn, type ImageDataset, pickImages } from "../../modality/image/index.ts";
import { type FitOptions, type Recorder, recordingRows, type Trainer } from "../../train/index.ts";
import { shownRows } from "../shownRows.ts";
import { BatchView } from "./batchView.ts";
import { LiveMap, type LiveMessage, sampleMessage } from "./liveMap.ts";
import { type WatchOptions, watchRecorder } from "./watchRecorder.ts";

export interface WatchTrainingOptions extends WatchOptions {
  readonly trainer: Pick<Trainer, "embed">;
  /** The pictures that the trainer trains on. */
  readonly training: ImageDataset;
  readonly seed: number;
  /** The run's own recorder, whose sample is shown; null where nothing is recorded. */
  readonly recorder: (Recorder & { readonly sample: ImageColumn }) | null;
  /**
   * The maps of the sample, from before a pause where there were any, so that what follows is not turned against them.
   * Default: new ones.
   */
  readonly mapsOf?: (sample: ImageDataset) => LiveMap;
  /** Gets `sample` at once, then `map`s and `batch`es; the training waits for what it returns. */
  readonly onMessage: (message: LiveMessage) => void | Promise<void>;
}

/**
 * What a training is to be given (`trainer.fit({ ...watchTraining(...) })`) so that someone can look on. The training
 * stays the same bit for bit, and so does what its own recorder takes.
 *
 * @throws InputError from the training when an embedding is not finite.
 */
export function watchTraining(
  options: WatchTrainingOptions,
): Required<Pick<FitOptions, "record" | "onBatch">> {
  const { trainer, training, seed, recorder, onMessage, mapsOf = (of) => new LiveMap(of) } = options;
  const column =
    recorder?.sample ?? new ImageColumn(pickImages(training, recordingRows(training.labels, seed)));
  const sample = column.images;
  const maps = mapsOf(sample);
  const view = new BatchView(training);
  const told = sampleMessage(shownRows(datasetOf(sample))).then(onMessage);
  const record = watchRecorder(
    recorder,
    column,
    async (snapshot) => {
      await told;
      await onMessage(await maps.next(snapshot));
      const batch = await view.show((pictures) => trainer.embed(new ImageColumn(pictures)));
      if (batch) await onMessage(batch);
    },
    options,
  );
  return { record, onBatch: view.onBatch };
}
