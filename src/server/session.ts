import type { Hello, RunInfo } from "../explorer/index.ts";
import type { DeviceName } from "../platform/node/devices.ts";
import type { RunFolder } from "../platform/node/runFolder.ts";
import { type Choices, choices } from "./choices.ts";
import { Engine } from "./engine.ts";
import { Events } from "./events.ts";
import { type OpenRun, openRun, runName, type Split } from "./openRun.ts";
import { Problem, type RunNames } from "./problem.ts";
import { Spaces } from "./spaces.ts";
import { Training } from "./training.ts";

export interface SessionOptions {
  /** The run to open; new ones are made beside it. */
  readonly run: string | null;
  /** Where new runs are made when none is open. */
  readonly runs: string;
  readonly data?: string | undefined;
  readonly split: Split;
  readonly device: DeviceName;
  readonly version: string;
}

/** What all tabs of the explorer see: the open run, its spaces, and the training. */
export class Session {
  readonly events = new Events();
  readonly training: Training;
  readonly spaces: Spaces;
  readonly choices: Choices;
  readonly #options: SessionOptions;
  readonly #engine: Engine;
  /** The folder of the run that is open, or is to be once it has a checkpoint. */
  #path: string | null;
  #open: OpenRun | null = null;

  private constructor(options: SessionOptions) {
    this.#options = options;
    this.#path = options.run;
    this.choices = choices(options.data);
    this.#engine = new Engine(options.device);
    const runtime = () => this.#engine.runtime();
    this.training = new Training({
      events: this.events,
      runtime,
      runs: options.runs,
      onBegin: () => this.spaces.interrupt("a training has begun, which takes the whole engine"),
      onCheckpoint: (folder) => this.#switchTo(folder),
    });
    this.spaces = new Spaces({
      runtime,
      split: options.split,
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
    const { datasets, recipes, losses, defaults } = this.choices;
    const { device } = await this.#engine.runtime();
    return {
      version: this.#options.version,
      device: device.description,
      datasets,
      recipes,
      losses,
      defaults,
      training: this.training.status,
      run: this.info,
    };
  }

  get info(): RunInfo | null {
    return this.#open?.info ?? null;
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

  /** Stops the training and all else, and resolves when all is saved. */
  async close(): Promise<void> {
    await this.training.close();
    await this.spaces.close();
    this.events.close();
    await this.#engine.close();
  }

  async #switchTo(folder: RunFolder): Promise<void> {
    this.#path = folder.path;
    await this.#reopen();
    this.#tellRun();
  }

  async #reopen(): Promise<void> {
    this.#open = await openRun(this.#path!, this.#options.split, this.#open);
  }

  #tellRun(): void {
    this.events.publish({ type: "run", run: this.info });
  }
}
