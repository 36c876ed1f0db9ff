import {
  DeviceLostError,
  datasetOf,
  describedTower,
  fingerprint,
  type ImageDataset,
  InputError,
  imageModel,
  type Runtime,
  takeFirst,
  writePt,
} from "kindred";
import { webRuntime } from "kindred/web";
import {
  BackendError,
  defaultCheckpoint,
  type EventHead,
  type Hello,
  type Message,
  momentsMessage,
  previewsMessage,
  type SpaceMessage,
  type Spaces,
  shownRows,
  TrainingSession,
} from "kindred/workspace";
import { BrowserRun } from "./browserRun.ts";
import { browserSpaces, type ShownRun } from "./browserSpaces.ts";
import { BrowserTraining } from "./browserTraining.ts";
import { keepRun, keptRun } from "./keptRun.ts";
import { offered } from "./offered.ts";
import { ortFiles } from "./ortFiles.ts";
import { SiteData } from "./siteDatasets.ts";
import { takingTurns } from "./takingTurns.ts";
import type { Answers, Question } from "./workerMessages.ts";

export interface BrowserWorkOptions {
  /** The page's address. */
  readonly site: string;
  readonly publish: (head: EventHead, arrays: Message["arrays"]) => void;
  /** `hello` is another now. */
  readonly onChange: () => void;
}

/** All that the page's worker does for it. */
export class BrowserWork {
  readonly #options: BrowserWorkOptions;
  readonly #data: SiteData;
  readonly #training: TrainingSession;
  #runtime: Promise<Runtime> | null = null;
  /** How often the graphics processor was lost. */
  #losses = 0;
  #device: string | null = null;
  #run: BrowserRun | null = null;
  /** Of each run, once they are asked for. */
  readonly #ofRuns = new WeakMap<BrowserRun, Promise<Pick<ShownRun, "pictures" | "shown">>>();
  /** Of the open run, once they are asked for. */
  #spaces: { readonly run: BrowserRun; readonly spaces: Spaces<ShownRun> } | null = null;
  readonly #restored: Promise<void>;

  constructor(options: BrowserWorkOptions) {
    this.#options = options;
    this.#data = new SiteData(options.site);
    this.#training = new TrainingSession(
      new BrowserTraining({
        publish: options.publish,
        runtime: () => this.#engine(),
        dataset: (name) => this.#data.load(name),
        onCheckpoint: (run) => this.#open(run),
        onFailure: (error) => this.#dropEngine(error),
      }),
    );
    this.#restored = this.#restore();
  }

  async answer(
    question: Question,
    tell: (message: SpaceMessage) => void,
    signal: AbortSignal,
  ): Promise<Answers[keyof Answers]> {
    await this.#restored;
    try {
      return await this.#answer(question, tell, signal);
    } catch (error) {
      // Where a training is under way, that drops it.
      if (error instanceof DeviceLostError && !this.#training.busy) await this.#dropEngine(error);
      throw error;
    }
  }

  async #answer(
    question: Question,
    tell: (message: SpaceMessage) => void,
    signal: AbortSignal,
  ): Promise<Answers[keyof Answers]> {
    switch (question.type) {
      case "hello":
        return this.#hello();
      case "start":
        this.#training.start(question.request);
        return null;
      case "pause":
        this.#training.pause();
        return null;
      case "resume":
        this.#training.resume();
        return null;
      case "stop":
        this.#training.stop();
        return null;
      case "space": {
        const checkpoint = this.#checkpoint(question.checkpoint);
        const { spaces, shown } = await this.#shown(tell);
        await spaces.tell(shown, checkpoint, tell, signal);
        return null;
      }
      case "embeddings": {
        const checkpoint = this.#checkpoint(question.checkpoint);
        const { spaces, shown } = await this.#shown();
        return spaces.embeddings(shown, checkpoint);
      }
      case "hardPairs": {
        const checkpoint = this.#checkpoint(question.checkpoint);
        const { spaces, shown } = await this.#shown();
        return spaces.hardPairs(shown, checkpoint);
      }
      case "recording":
        return this.#recording();
      case "moments":
        return momentsMessage(this.#recording(), signal);
      case "previews":
        return previewsMessage((await this.#shown()).shown.shown, question.rows);
      case "encoder":
        return this.#model(question.checkpoint);
      case "checkpoint":
        return writePt(this.#weights(null)) as Uint8Array<ArrayBuffer>;
    }
  }

  #hello(): Hello {
    return {
      version: __KINDRED_VERSION__,
      device: this.#device ?? "this browser, idle",
      ...offered,
      training: this.#training.status,
      run: this.#run?.info() ?? null,
    };
  }

  #engine(): Promise<Runtime> {
    this.#runtime ??= this.#makeEngine();
    const making = this.#runtime;
    making.catch(() => {
      if (this.#runtime === making) this.#runtime = null;
    });
    return making;
  }

  async #makeEngine(): Promise<Runtime> {
    // A driver that was reset is given another chance, and no third one.
    const device = this.#losses < 2 ? "auto" : "wasm";
    const runtime = await webRuntime({ wasmPaths: ortFiles, device });
    if (this.#device !== runtime.device.description) {
      this.#device = runtime.device.description;
      this.#options.onChange();
    }
    return takingTurns(runtime);
  }

  /** The next to need one makes another. */
  async #dropEngine(reason: unknown): Promise<void> {
    const runtime = this.#runtime;
    this.#runtime = null;
    if (runtime !== null && reason instanceof DeviceLostError) this.#losses++;
    try {
      await (await runtime)?.dispose();
    } catch (error) {
      // What is broken may not let itself be ended either.
      console.info("the engine did not end well", error);
    }
  }

  async #restore(): Promise<void> {
    try {
      const kept = await keptRun();
      if (kept) this.#run = BrowserRun.from(kept);
    } catch (error) {
      // A browser may refuse to keep anything, as in a private window: then there is no run to open.
      console.info("no run was restored", error);
    }
    this.#tellRun();
  }

  async #open(run: BrowserRun): Promise<void> {
    this.#run = run;
    this.#tellRun();
    const kept = run.kept();
    if (!kept) return;
    try {
      await keepRun(kept);
    } catch (error) {
      // The run goes on without; only a reload would lose it.
      console.info("the run could not be kept in this browser", error);
    }
  }

  #tellRun(): void {
    this.#options.publish({ type: "run", run: this.#run?.info() ?? null }, {});
  }

  /** @throws BackendError when there is none. */
  #opened(): BrowserRun {
    if (this.#run) return this.#run;
    throw new BackendError("there is no trained run yet: start a training, and wait for its first epoch");
  }

  #checkpoint(checkpoint: number | null): number {
    const run = this.#opened();
    const chosen = checkpoint ?? defaultCheckpoint(run.info()!)!;
    run.weights(chosen);
    return chosen;
  }

  async #model(checkpoint: number | null): Promise<Uint8Array<ArrayBuffer>> {
    const { encoder, config } = this.#opened();
    const epoch = this.#checkpoint(checkpoint);
    const model = imageModel(encoder, config, this.#weights(epoch), epoch);
    return (await describedTower(model.towers[0], model)).onnx;
  }

  #weights(checkpoint: number | null) {
    return this.#opened().weights(this.#checkpoint(checkpoint));
  }

  /** The open run with its pictures, and its spaces. */
  async #shown(
    tell?: (message: SpaceMessage) => void,
  ): Promise<{ readonly shown: ShownRun; readonly spaces: Spaces<ShownRun> }> {
    const run = this.#opened();
    if (this.#spaces?.run !== run) this.#spaces = { run, spaces: browserSpaces(() => this.#engine()) };
    const { spaces } = this.#spaces;
    const pictures = await this.#picturesOf(run, (part) =>
      tell?.({ head: { type: "progress", doing: "fetching pictures", part }, arrays: {} }),
    );
    return { spaces, shown: { run, ...pictures, info: run.info()! } };
  }

  #picturesOf(
    run: BrowserRun,
    onPart?: (part: number) => void,
  ): Promise<Pick<ShownRun, "pictures" | "shown">> {
    let pictures = this.#ofRuns.get(run);
    if (!pictures) {
      pictures = this.#loadPictures(run, onPart).then((all) => ({
        pictures: all,
        shown: shownRows(datasetOf(all)),
      }));
      this.#ofRuns.set(run, pictures);
      pictures.catch(() => this.#ofRuns.delete(run));
    }
    return pictures;
  }

  async #loadPictures({ config }: BrowserRun, onPart?: (part: number) => void): Promise<ImageDataset> {
    const { source, limit, fingerprint: expected } = config.data;
    const dataset = await this.#data.load(source, onPart);
    const pictures = limit === null ? dataset : takeFirst(dataset, limit);
    if (expected === null || expected === fingerprint(pictures)) return pictures;
    throw new InputError(
      "the site's pictures are others than those of the run that was kept: train a new one",
    );
  }

  #recording(): Message {
    const { recording } = this.#opened();
    if (recording) return recording.message();
    throw new BackendError(
      "what the run recorded went with the page that trained it: train again for a film",
    );
  }
}
