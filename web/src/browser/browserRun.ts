import {
  configuredParts,
  type EncoderModule,
  type EpochMetrics,
  type ImageDataset,
  type RunConfig,
  type TensorData,
} from "kindred";
import {
  BackendError,
  longestShown,
  type Message,
  type PreviewForm,
  type RunInfo,
  runInfo,
  thumbnailSize,
} from "kindred/workspace";

/** Values of an encoder's tensors, under the names that checkpoints use. */
export type Weights = ReadonlyMap<string, TensorData>;

/** What of a run is kept beyond the page: all but the pictures and what was recorded. */
export interface KeptRun {
  readonly version: 1;
  readonly config: RunConfig;
  readonly count: number;
  readonly classes: readonly number[];
  readonly metrics: readonly EpochMetrics[];
  /** The newest checkpoint. */
  readonly checkpoint: number;
  readonly weights: Weights;
}

/** The run that is open: its configuration, and what training it came to so far. */
export class BrowserRun {
  readonly config: RunConfig;
  readonly encoder: EncoderModule;
  readonly #count: number;
  readonly #classes: readonly number[];
  readonly #checkpoints = new Map<number, Weights>();
  metrics: readonly EpochMetrics[] = [];
  /** What it recorded while it trained. */
  recording: { readonly count: number; message(): Message } | null = null;

  constructor(config: RunConfig, { count, classes }: Pick<KeptRun, "count" | "classes">) {
    this.config = config;
    this.encoder = configuredParts(config).encoder;
    this.#count = count;
    this.#classes = classes;
  }

  /** @param pictures all of its pictures, validation ones too */
  static of(config: RunConfig, pictures: ImageDataset): BrowserRun {
    const classes = [...new Set(pictures.labels)].sort((a, b) => a - b);
    return new BrowserRun(config, { count: pictures.count, classes });
  }

  static from({ config, count, classes, metrics, checkpoint, weights }: KeptRun): BrowserRun {
    const run = new BrowserRun(config, { count, classes });
    run.metrics = metrics;
    run.add(checkpoint, weights);
    return run;
  }

  add(checkpoint: number, weights: Weights): void {
    this.#checkpoints.set(checkpoint, weights);
  }

  /** The newest checkpoint; null before the first. */
  get newest(): number | null {
    return this.checkpoints.at(-1) ?? null;
  }

  get checkpoints(): number[] {
    return [...this.#checkpoints.keys()].sort((a, b) => a - b);
  }

  /** @throws BackendError when there is no such checkpoint. */
  weights(checkpoint: number): Weights {
    const weights = this.#checkpoints.get(checkpoint);
    if (weights) return weights;
    throw new BackendError(
      `there is no checkpoint ${checkpoint}, expected one that there is: ${this.checkpoints.join(", ") || "none yet"}`,
    );
  }

  /** For the page; null before the first checkpoint. */
  info(): RunInfo | null {
    const { config, metrics, checkpoints } = this;
    if (checkpoints.length === 0) return null;
    const { size, channels } = config.towers.image.encoder;
    const input = { width: size, height: size, channels };
    const preview: PreviewForm = { kind: "pixels", ...thumbnailSize(input, longestShown) };
    return runInfo(config, {
      ...{ name: "in this browser", checkpoints, metrics, index: null },
      modalities: [{ modality: "image", items: "pictures", count: this.#count, preview }],
      count: this.#count,
      labelled: this.#classes.length > 1,
      classes: this.#classes,
      snapshots: this.recording?.count ?? 0,
    });
  }

  /** What is to outlive the page; null before the first checkpoint. */
  kept(): KeptRun | null {
    const { config, metrics, newest } = this;
    if (newest === null) return null;
    return {
      version: 1,
      config,
      count: this.#count,
      classes: this.#classes,
      metrics,
      checkpoint: newest,
      weights: this.weights(newest),
    };
  }
}
