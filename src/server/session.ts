import type { DeviceName } from "../platform/node/ort/devices.ts";
import type { RunFolder } from "../platform/node/run/runFolder.ts";
import {
  type DatasetChoice,
  type Hello,
  isUnderWay,
  type RunInfo,
  type Spaces,
  TrainingSession,
} from "../workspace/index.ts";
import { type Choices, choices, dataOfRun } from "./choices.ts";
import { Engine } from "./engine.ts";
import { Events } from "./events.ts";
import { type OpenRun, runName, type Split } from "./openedRun.ts";
import type { OpenIndex } from "./openIndex.ts";
import { openRun } from "./openRun.ts";
import { Problem, type RunNames } from "./problem.ts";
import { folderSpaces } from "./spaces.ts";
import { FolderTraining } from "./training.ts";

export interface SessionOptions {
  /** The run to open; new ones are made beside it. */
  readonly run: string | null;
  /** Where new runs are made when none is open. */
  readonly runs: string;
  /** Data given on the command line, to be trained on. */
  readonly data: DatasetChoice | null;
  /** Searched in place of the run's pictures; null for these. */
  readonly index: OpenIndex | null;
  /** Pictures that a run of pictures shows. Default `train`. */
  readonly split?: Split | undefined;
  /** Whether tables may name files out of their own folder. */
  readonly outside: boolean;
  readonly device: DeviceName;
  readonly version: string;
}

/** What all tabs of the explorer see: the open run, its spaces, and the training. */
export class Session {
  readonly events = new Events();
  readonly training: TrainingSession;
  readonly spaces: Spaces<OpenRun>;
  readonly #options: SessionOptions;
  readonly #engine: Engine;
  readonly #trained: FolderTraining;
  /** The folder of the run that is open, or is to be once it has a checkpoint. */
  #path: string | null;
  #open: OpenRun | null = null;
  /** The run that is being trained, once it has a checkpoint. */
  #offered: RunFolder | null = null;
  #closing = false;

  private constructor(options: SessionOptions) {
    this.#options = options;
    this.#path = options.run;
    this.#engine = new Engine(options.device);
    const runtime = () => this.#engine.runtime();
    this.#trained = new FolderTraining({
      events: this.events,
      runtime,
      runs: options.runs,
      outside: options.outside,
      config: () => this.#open?.pictures?.config ?? null,
      onBegin: () => this.spaces.interrupt("a training has begun, which takes the whole engine"),
      onCheckpoint: (folder) => this.#offer(folder),
      onEnd: () => this.#openOffered(),
    });
    this.training = new TrainingSession(this.#trained);
    this.spaces = folderSpaces({
      runtime,
      hindrance: () =>
        this.training.busy
          ? "a training is under way and takes the whole engine: pause it, or wait for its end, to compute this space"
          : null,
    });
  }

  /** @throws InputError when the run cannot be opened, or the device is not there. */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session(options);
    try {
      await session.#engine.runtime();
      if (options.run !== null) await session.#reopen();
      session.#tellRun();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  async hello(): Promise<Hello> {
    const { device } = await this.#engine.runtime();
    return {
      version: this.#options.version,
      device: device.description,
      ...this.#choices(),
      training: this.training.status,
      run: this.info,
    };
  }

  #choices(): Choices {
    const { data } = this.#options;
    // That of a run of pictures can be trained on again.
    const own = this.#open?.pictures ? dataOfRun(this.#open.info) : null;
    return choices([data, own]);
  }

  get info(): RunInfo | null {
    return this.#open?.info ?? null;
  }

  /** The folder of the training that is under way; null where there is none. */
  get trainingFolder(): string | null {
    return isUnderWay(this.training.status.phase) ? (this.#trained.folder?.path ?? null) : null;
  }

  /** How the open run's folder is called in messages. */
  get names(): RunNames | null {
    return this.#path === null ? null : { path: this.#path, name: runName(this.#path) };
  }

  /** @throws Problem 409 where none is open. */
  get run(): OpenRun {
    if (this.#open) return this.#open;
    throw new Problem(409, "no run is open that has a finished epoch: train one first");
  }

  /** @throws Problem 409 where the open run has none. */
  get index(): OpenIndex {
    const { index } = this.#options;
    if (index && this.run.info.index) return index;
    throw new Problem(409, "no index of the open run is searched here: give one with kindred view --index");
  }

  /** Stops the training and all else, and resolves when all is saved. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.training.close();
    await this.spaces.close("the server was ended");
    this.events.close();
    await this.#engine.close();
  }

  /**
   * A run has another checkpoint. While it is trained no space of it can be computed, so the run that is open before stays
   * open until then; without one there is nothing to lose.
   */
  async #offer(folder: RunFolder): Promise<void> {
    if (this.#open === null || this.#path === folder.path) await this.#switchTo(folder);
    else this.#offered = folder;
  }

  async #openOffered(): Promise<void> {
    const folder = this.#offered;
    this.#offered = null;
    if (folder && !this.#closing) await this.#switchTo(folder);
  }

  async #switchTo(folder: RunFolder): Promise<void> {
    this.#path = folder.path;
    await this.#reopen();
    this.#tellRun();
  }

  async #reopen(): Promise<void> {
    const { split, index, outside } = this.#options;
    this.#open = await openRun(this.#path!, {
      ...{ split, index, outside, known: this.#open },
      runtime: () => this.#engine.runtime(),
    });
  }

  #tellRun(): void {
    this.events.publish({ type: "run", run: this.info });
  }
}
