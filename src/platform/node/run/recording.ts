import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError, shellWord } from "../../../base/index.ts";
import { type Column, pickRows } from "../../../data/index.ts";
import { ImageColumn, type ImageDataset, pickImages } from "../../../modality/image/index.ts";
import { type Recorder, recordingRows, recordingSchedule, type Snapshot } from "../../../train/index.ts";
import {
  explainIoError,
  readFileOrExplain,
  readTextOrExplain,
  writeFileAtomic,
  writeStreamAtomic,
} from "../files/files.ts";
import { writeNpy } from "../files/npy.ts";
import { readFloatNpy } from "../files/npyReader.ts";
import {
  parseRecordingIndex,
  type RecordedSnapshot,
  type RecordingIndex,
  snapshotFile,
} from "./recordingIndex.ts";

const indexName = "index.json";

/** What a recording is made by. */
export interface RecordingOptions {
  /** The recording's own folder, `recording` in that of its run. */
  readonly path: string;
  readonly training: ImageDataset;
  /** The same rows in further modalities, which are recorded beside the pictures. Default: none. */
  readonly others?: readonly Column[];
  /** Rows that the encoder is trained on in a step. */
  readonly rowsPerStep: number;
  /** Batches of an epoch. */
  readonly batches: number;
  readonly dim: number;
  readonly seed: number;
  /** Pictures in the sample; a recording that is gone on with keeps those that it has. */
  readonly size: number;
  /** Called before each file is written; throws where the run is not to be written any more. */
  readonly beforeWrite?: () => void;
}

/**
 * Records a sample's embeddings while a run trains: a `.npy` for each snapshot, and an index that names only those
 * that are there in full. Writing goes on beside the training; {@link flush} waits for it.
 */
export class RunRecorder implements Recorder {
  readonly sample: ImageColumn;
  readonly others?: readonly Column[];
  readonly due: (step: number) => boolean;
  readonly #path: string;
  readonly #beforeWrite: () => void;
  #index: RecordingIndex;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    options: RecordingOptions,
    sample: ImageColumn,
    others: readonly Column[] | undefined,
    index: RecordingIndex,
  ) {
    const { path, rowsPerStep, batches, beforeWrite = () => undefined } = options;
    if (others) this.others = others;
    this.#path = path;
    this.#beforeWrite = beforeWrite;
    this.sample = sample;
    this.due = recordingSchedule({ sample: sample.count, rowsPerStep, batches });
    this.#index = index;
  }

  /**
   * A recorder that goes on from `step`: snapshots from there on are removed, to be taken again, so that a resumed
   * run records what one that never stopped does. From step 0 all begins anew.
   *
   * @throws InputError when the recording there is damaged, or of other pictures.
   */
  static async open(options: RecordingOptions, step: number): Promise<RunRecorder> {
    const { path, training, dim, seed } = options;
    const file = join(path, indexName);
    const before = step > 0 && existsSync(file) ? await readIndex(path) : null;
    const rows = recordingRows(training.labels, seed, before?.rows.length ?? options.size);
    const sample = new ImageColumn(pickImages(training, rows));
    const others = options.others?.map((column) => pickRows(column, rows));
    const empty: RecordingIndex = {
      version: 1,
      rows: [...rows],
      labels: [...sample.images.labels],
      dim,
      ...(others ? { others: Object.fromEntries(others.map((each) => [each.modality, haveIt(each)])) } : {}),
      snapshots: [],
    };
    const found = before ?? empty;
    if (
      found.rows.join() !== empty.rows.join() ||
      found.labels.join() !== empty.labels.join() ||
      JSON.stringify(found.others) !== JSON.stringify(empty.others) ||
      found.dim !== dim
    ) {
      throw new InputError(
        `${file}: records other rows than this run trains on: remove ${path} to record from here on`,
      );
    }
    const snapshots = found.snapshots.filter((snapshot) => snapshot.step < step);
    const recorder = new RunRecorder(options, sample, others, { ...empty, snapshots });
    await recorder.#begin();
    return recorder;
  }

  /** Resolves as soon as the snapshot before is written, and leaves this one to be. */
  async take(snapshot: Snapshot): Promise<void> {
    await this.#writing;
    this.#writing = this.#write(snapshot);
    // Its failure is met by whoever waits for it next; until then it must not count as unhandled.
    this.#writing.catch(() => undefined);
  }

  /** Waits until all that was taken is on the disk. */
  flush(): Promise<void> {
    return this.#writing;
  }

  async #begin(): Promise<void> {
    // The index first: it must never name a file that is not there.
    await this.#writeIndex();
    const named = new Set(this.#index.snapshots.map(({ file }) => file));
    try {
      // Also those that a killed process wrote and did not come to name.
      for (const name of await readdir(this.#path)) {
        if (snapshotFile.test(name) && !named.has(name.replace(/^(step_\d+)\..*/, "$1.npy")))
          await rm(join(this.#path, name), { force: true });
      }
    } catch (error) {
      throw explainIoError(error, "written", this.#path);
    }
  }

  async #write({ step, epoch, pairs, lossSum, embeddings, others = new Map() }: Snapshot): Promise<void> {
    const { dim, snapshots } = this.#index;
    const file = `step_${step}.npy`;
    for (const [name, values] of [[file, embeddings] as const, ...filesOf(step, others)]) {
      this.#beforeWrite();
      await writeStreamAtomic(join(this.#path, name), (append) =>
        writeNpy(append, values, [values.length / dim, dim]),
      );
    }
    const before = snapshots.at(-1);
    const since = pairs - (before?.pairs ?? 0);
    const loss = since > 0 ? (lossSum - (before?.lossSum ?? 0)) / since : null;
    // In the order in which the schema reads them, so that a resumed run writes the same bytes.
    const next = { file, step, epoch, loss, pairs, lossSum };
    this.#index = { ...this.#index, snapshots: [...snapshots, next] };
    await this.#writeIndex();
  }

  async #writeIndex(): Promise<void> {
    this.#beforeWrite();
    await writeFileAtomic(join(this.#path, indexName), `${JSON.stringify(this.#index)}\n`);
  }
}

/** A recording in memory. */
export interface Recording {
  readonly count: number;
  readonly dim: number;
  /** `[count]` */
  readonly labels: Int32Array;
  /** By modality, which of the rows have it, in ascending order: the rows of the snapshots' `others`. */
  readonly others: ReadonlyMap<string, Uint32Array>;
  readonly snapshots: readonly (RecordedSnapshot & {
    /** `[count, dim]` */
    readonly embeddings: Float32Array;
    /** Of each further modality, `[rows that have it, dim]`. */
    readonly others: ReadonlyMap<string, Float32Array>;
  })[];
}

/**
 * What a run recorded.
 *
 * @param run the run's folder
 * @throws InputError when it recorded nothing, saying which command makes a recording, or a file is damaged.
 */
export async function readRecording(run: string): Promise<Recording> {
  const path = join(run, "recording");
  if (!existsSync(join(path, indexName))) {
    throw new InputError(
      `${run} has no recorded embeddings (recording/${indexName}): train it with kindred train --record --out ${shellWord(run)}`,
    );
  }
  const { rows, labels, dim, snapshots, others: recorded = {} } = await readIndex(path);
  const others = new Map(Object.entries(recorded).map(([name, places]) => [name, Uint32Array.from(places)]));
  if (snapshots.length < 2) {
    throw new InputError(
      `${run} has ${snapshots.length} recorded snapshots, expected at least 2 to move between: go on with kindred train --resume --out ${shellWord(run)}`,
    );
  }
  const read: Recording["snapshots"][number][] = [];
  for (const snapshot of snapshots) {
    const file = join(path, snapshot.file);
    const embeddings = readFloatNpy(await readFileOrExplain(file), [rows.length, dim], file);
    const ofOthers = new Map<string, Float32Array>();
    for (const [name, modality] of filesOf(
      snapshot.step,
      new Map([...others.keys()].map((key) => [key, key])),
    )) {
      const shape = [others.get(modality)!.length, dim];
      ofOthers.set(
        modality,
        readFloatNpy(await readFileOrExplain(join(path, name)), shape, join(path, name)),
      );
    }
    read.push({ ...snapshot, embeddings, others: ofOthers });
  }
  return { count: rows.length, dim, labels: Int32Array.from(labels), others, snapshots: read };
}

/** The files of a snapshot's further modalities, each with what belongs into it. */
function filesOf<T>(step: number, others: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return [...others].map(([modality, value]) => [`step_${step}.${modality}.npy`, value] as const);
}

/** Which rows of a column have its modality. */
function haveIt(column: Column): number[] {
  return Array.from({ length: column.count }, (_, row) => row).filter((row) => column.has(row));
}

async function readIndex(path: string): Promise<RecordingIndex> {
  const file = join(path, indexName);
  return parseRecordingIndex(await readTextOrExplain(file), file);
}
