import {
  type Backend,
  BackendError,
  type BackendEvent,
  type Hello,
  type Message,
  type RunInfo,
  type SpaceMessage,
  type TrainingPhase,
  type TrainRequest,
} from "kindred/workspace";
import {
  batchMessage,
  epochMessage,
  mapMessage,
  sampleMessage,
  stepMessage,
} from "./fakeTraining.fixture.ts";

/** What the fake shows: a training brought to a phase, or none. */
export interface FakeScene {
  readonly kind: "server" | "browser";
  readonly phase: TrainingPhase;
  /** How much of the training has passed, 0 to 1. */
  readonly part: number;
  readonly run: boolean;
  /** Whether the line is gone after the beginning. */
  readonly gone: boolean;
  /** Whether the training goes on by itself. */
  readonly moving: boolean;
}

const defaults = {
  data: "mnist",
  recipe: "fast",
  loss: null,
  epochs: 3,
  limit: null,
  seed: 1,
} as const satisfies TrainRequest;

/** A backend for looking at the page and for tests: synthetic messages, no training. */
export class FakeBackend implements Backend {
  readonly kind: "server" | "browser";
  readonly asked: string[] = [];
  readonly #scene: FakeScene;
  #phase: TrainingPhase;
  #listener: (event: BackendEvent) => void = () => undefined;

  constructor(scene: FakeScene) {
    this.#scene = scene;
    this.#phase = scene.phase;
    this.kind = scene.kind;
  }

  hello(): Promise<Hello> {
    return Promise.resolve({
      version: "0.1.0",
      device: this.kind === "browser" ? "WebGPU (integrated)" : "cpu (2 threads, ONNX Runtime 1.30.0)",
      datasets: [
        {
          name: "mnist",
          title: "MNIST, 42,000 digits",
          about: "Handwritten digits, as many as Kaggle's train.csv has.",
          count: 42_000,
          labelled: true,
          classNames: null,
        },
        {
          name: "faces",
          title: "faces",
          about: "The data given on the command line.",
          count: null,
          labelled: false,
          classNames: null,
        },
      ],
      recipes: [
        {
          name: "fast",
          title: "Fast",
          about:
            "A compact encoder learns from all pairs of each batch, and sees every picture once an epoch.",
          needsLabels: true,
        },
        {
          name: "lesson",
          title: "Lesson",
          about: "A larger encoder learns from pairs of pictures, alike or not, as the lesson has it.",
          needsLabels: true,
        },
      ],
      losses: [
        {
          name: "supcon",
          title: "Supervised contrastive (SupCon)",
          about: "Each picture is drawn to all of its class in the batch, and away from the others.",
          needsLabels: true,
        },
        {
          name: "margin",
          title: "Contrastive with a margin",
          about:
            "Alike pictures are drawn together, unalike ones are pushed away until a margin lies between them.",
          needsLabels: true,
        },
      ],
      defaults,
      training: this.#status(),
      run: this.#run(),
    });
  }

  listen(listener: (event: BackendEvent) => void, signal: AbortSignal): void {
    this.#listener = listener;
    void this.#play(signal);
  }

  start(): Promise<void> {
    this.asked.push("start");
    return this.#scene.phase === "idle"
      ? this.#turn("preparing")
      : Promise.reject(new BackendError("a training is under way; stop it first"));
  }

  pause(): Promise<void> {
    return this.#turn("paused");
  }

  resume(): Promise<void> {
    return this.#turn("running");
  }

  stop(): Promise<void> {
    return this.#turn("stopped");
  }

  space(_: number | null, __: (message: SpaceMessage) => void): Promise<void> {
    return Promise.reject(new BackendError("the fake backend has no space"));
  }

  embeddings(): Promise<Message> {
    return Promise.reject(new BackendError("the fake backend has no embeddings"));
  }

  hardPairs(): Promise<Message> {
    return Promise.reject(new BackendError("the fake backend has no pairs"));
  }

  recording(): Promise<Message> {
    return Promise.reject(new BackendError("the fake backend has no recording"));
  }

  moments(): Promise<Message> {
    return Promise.reject(new BackendError("the fake backend has no recording"));
  }

  previews(): Promise<Message> {
    return Promise.reject(new BackendError("the fake backend has no pictures"));
  }

  embedQuery(): Promise<never> {
    return Promise.reject(new BackendError("the fake backend has no towers"));
  }

  decodePicture(): Promise<never> {
    return Promise.reject(new BackendError("the fake backend reads no files"));
  }

  searchIndex(): Promise<never> {
    return Promise.reject(new BackendError("the fake backend has no index"));
  }

  fitPicture(): Promise<never> {
    return Promise.reject(new BackendError("the fake backend reads no files"));
  }

  encoder(): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(new Uint8Array([1, 2, 3]));
  }

  checkpoint(): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(new Uint8Array([1, 2, 3]));
  }

  #status() {
    const reason = "the loss is not a number at step 312; lower the learning rate or choose another loss";
    return {
      phase: this.#phase,
      request: this.#phase === "idle" ? null : defaults,
      reason: this.#phase === "failed" ? reason : null,
    };
  }

  #run(): RunInfo | null {
    if (!this.#scene.run) return null;
    const metrics = [1, 2, 3].map((epoch) => epochMessage(epoch).head.metrics);
    return {
      name: "fast",
      data: "mnist",
      recipe: "fast",
      loss: "supcon",
      epochs: 3,
      checkpoints: [0, 1, 2],
      metrics,
      parameters: 122_304,
      layers: null,
      dim: 64,
      modalities: [
        {
          modality: "image",
          items: "pictures",
          count: 42_000,
          preview: { kind: "pixels", width: 28, height: 28, channels: 1 },
          query: {
            kind: "image",
            input: { width: 28, height: 28, channels: 1 },
            fitting: { size: 28, channels: 1, fit: "cover" },
            digits: true,
          },
        },
      ],
      count: 42_000,
      labelled: true,
      classNames: null,
      best: null,
      index: null,
      classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      snapshots: 20,
    };
  }

  #turn(phase: TrainingPhase): Promise<void> {
    this.#phase = phase;
    this.#say({ type: "status", training: this.#status() });
    return Promise.resolve();
  }

  #say(head: BackendEvent["head"]): void {
    this.#listener({ head, arrays: {} } as BackendEvent);
  }

  async #play(signal: AbortSignal): Promise<void> {
    const { phase, part, gone, moving } = this.#scene;
    await Promise.resolve();
    this.#say({ type: "connected" });
    this.#say({ type: "status", training: this.#status() });
    this.#say({ type: "run", run: this.#run() });
    if (phase !== "idle" && phase !== "preparing") {
      this.#listener(sampleMessage());
      for (let epoch = 1; epoch <= part * defaults.epochs; epoch++) this.#listener(epochMessage(epoch));
      for (let at = 1; at <= 400 * part; at++) this.#listener(stepMessage(at / 400));
      for (let at = 0; at <= 40 * part; at++) this.#listener(mapMessage(at / 40));
      this.#listener(batchMessage(part));
    }
    if (gone) this.#say({ type: "gone", refused: null });
    for (let at = part; moving && at < 1 && !signal.aborted; at += 0.01) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      if (this.#phase !== "running") continue;
      this.#listener(stepMessage(at));
      this.#listener(mapMessage(at));
      this.#listener(batchMessage(at));
    }
  }
}
