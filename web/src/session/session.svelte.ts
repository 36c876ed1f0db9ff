import type { EpochMetrics } from "kindred";
import {
  type Backend,
  type BackendEvent,
  type Hello,
  imageQueryOf,
  isAtWork,
  isUnderWay,
  type RunInfo,
  type StepHead,
  type TrainingStatus,
  type TrainRequest,
} from "kindred/workspace";
import { keepTheme, type Theme, themeNow } from "../parts/theme.ts";
import { reasonOf } from "../words/reasonOf.ts";
import type { SpaceStore } from "./spaceStore.svelte.ts";
import {
  freshRecord,
  type LiveMap,
  type Sample,
  type TrainingBatch,
  type TrainingRecord,
  withEvent,
} from "./trainingRecord.ts";
import { hashOf, type ViewName, viewOfHash } from "./views.ts";

export type { LiveMap, Sample, TrainingBatch } from "./trainingRecord.ts";

/** What the whole page knows: who computes for it, how the training goes, and which view is open. */
export class Session {
  readonly backend: Backend;
  readonly space: SpaceStore;

  hello: Hello | null = $state.raw(null);
  run: RunInfo | null = $state.raw(null);
  connection: "connecting" | "connected" | "gone" = $state("connecting");
  /** Why a server that is there does not answer this page; null where it is gone, or connected. */
  refused: string | null = $state(null);
  /** What went wrong last, one line; set it to null to put it away. */
  failure: string | null = $state(null);
  view: ViewName = $state("train");
  theme: Theme = $state("light");

  #record: TrainingRecord = $state.raw(freshRecord({ phase: "idle", request: null, reason: null }));
  training: TrainingStatus = $derived(this.#record.training);
  sample: Sample | null = $derived(this.#record.sample);
  maps: readonly LiveMap[] = $derived(this.#record.maps);
  steps: readonly StepHead[] = $derived(this.#record.steps);
  epochs: readonly EpochMetrics[] = $derived(this.#record.epochs);
  batch: TrainingBatch | null = $derived(this.#record.batch);
  /** The newest of {@link maps}. */
  map: LiveMap | null = $derived(this.maps.at(-1) ?? null);
  /** The newest of {@link steps}. */
  step: StepHead | null = $derived(this.steps.at(-1) ?? null);
  /** Whether one looks for things in the open run's space, rather than draw: all but digits are no drawings. */
  searches: boolean = $derived(
    this.run !== null && !(this.run.modalities.length === 1 && imageQueryOf(this.run)?.digits),
  );
  /** Whether a training has begun and not ended. */
  underWay: boolean = $derived(isUnderWay(this.training.phase));

  /** Whether the next status begins what a new listener is told from the start. */
  #fresh = true;
  #greeting: Promise<void> | null = null;

  constructor(backend: Backend, space: SpaceStore) {
    this.backend = backend;
    this.space = space;
    this.theme = themeNow();
    this.view = viewOfHash(location.hash);
  }

  /** Listens to the backend and to the location until the signal. */
  open(signal: AbortSignal): void {
    window.addEventListener(
      "hashchange",
      () => {
        this.view = viewOfHash(location.hash);
      },
      { signal },
    );
    this.backend.listen((event) => this.#hear(event), signal);
    void this.#greet();
  }

  async start(request: TrainRequest): Promise<void> {
    await this.#attempt(() => this.backend.start(request));
  }

  async pause(): Promise<void> {
    await this.#attempt(() => this.backend.pause());
  }

  async resume(): Promise<void> {
    await this.#attempt(() => this.backend.resume());
  }

  async stop(): Promise<void> {
    await this.#attempt(() => this.backend.stop());
  }

  /** Opens a view, with a row picked where one is given. */
  go(view: ViewName, row?: number): void {
    if (row !== undefined) this.space.selected = row;
    this.view = view;
    location.hash = hashOf(view, this.searches);
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    keepTheme(theme);
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    this.failure = null;
    try {
      await task();
    } catch (error) {
      this.failure = reasonOf(error);
    }
  }

  #greet(): Promise<void> {
    this.#greeting ??= this.#askHello().finally(() => {
      this.#greeting = null;
    });
    return this.#greeting;
  }

  async #askHello(): Promise<void> {
    try {
      const hello = await this.backend.hello();
      this.hello = hello;
      if (this.#fresh) {
        this.#record = { ...this.#record, training: hello.training };
        this.#setRun(hello.run);
      }
      if (this.connection === "connecting") this.connection = "connected";
    } catch (error) {
      // A server that is not there is told of by `gone`; `connected` asks again.
      if (this.connection === "connected") this.failure = reasonOf(error);
    }
  }

  #hear(event: BackendEvent): void {
    try {
      this.#take(event);
    } catch (error) {
      this.failure = reasonOf(error);
    }
  }

  #take({ head, arrays }: BackendEvent): void {
    switch (head.type) {
      case "connected":
        this.connection = "connected";
        this.#fresh = true;
        void this.#greet();
        break;
      case "gone":
        this.connection = "gone";
        this.refused = head.refused;
        break;
      case "run":
        this.#setRun(head.run);
        break;
      case "beat":
        break;
      case "status":
        // A space that failed for want of the engine comes when that is free.
        if (
          isAtWork(this.training.phase) &&
          !isAtWork(head.training.phase) &&
          this.space.phase === "failed"
        ) {
          void this.space.load(null);
        }
        // A new listener is told all from the start.
        if (this.#fresh) this.#record = freshRecord(head.training);
        else this.#record = withEvent(this.#record, { head, arrays });
        this.#fresh = false;
        break;
      default:
        this.#record = withEvent(this.#record, { head, arrays });
    }
  }

  #setRun(run: RunInfo | null): void {
    this.run = run;
    this.space.follow(run);
  }
}
