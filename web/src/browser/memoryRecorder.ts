import {
  ImageColumn,
  type ImageDataset,
  pickImages,
  type Recorder,
  recordingRows,
  recordingSchedule,
  type Snapshot,
  type Trainer,
} from "kindred";
import { BackendError, type Message, recordingMessage } from "kindred/workspace";

/** Records a sample's embeddings while it is trained, as a run's folder would hold them, in memory. */
export class MemoryRecorder implements Recorder {
  readonly sample: ImageColumn;
  readonly due: (step: number) => boolean;
  readonly #snapshots: Snapshot[] = [];

  constructor(training: ImageDataset, { rowsPerStep, batches }: Trainer, seed: number) {
    this.sample = new ImageColumn(pickImages(training, recordingRows(training.labels, seed)));
    this.due = recordingSchedule({ sample: this.sample.count, rowsPerStep, batches });
  }

  get count(): number {
    return this.#snapshots.length;
  }

  async take(snapshot: Snapshot): Promise<void> {
    // The last one may have been taken unasked, and again when the training goes on.
    if (this.#snapshots.at(-1)?.step === snapshot.step) this.#snapshots.pop();
    this.#snapshots.push(snapshot);
  }

  /** Forgets what was taken after a step, which the training goes on from. */
  goBackTo(step: number): void {
    while ((this.#snapshots.at(-1)?.step ?? 0) > step) this.#snapshots.pop();
  }

  /** @throws BackendError when there is nothing to move between. */
  message(): Message {
    const snapshots = this.#snapshots;
    if (snapshots.length >= 2) return recordingMessage(this.sample.images.labels, snapshots);
    throw new BackendError("no more than one snapshot is recorded yet, a film needs two: train on");
  }
}
