import { type EventHead, encodeMessage, type Message, Thinned } from "../workspace/index.ts";

const mostSteps = 400;
const mostMaps = 60;
/** A page takes one for gone that says nothing for 12 s. */
const beatMilliseconds = 5000;
/** What a listener may leave unread beyond what it was told at first; then it is dropped, and connects anew. */
const mostUnread = 16 * 2 ** 20;

type Bytes = Uint8Array<ArrayBuffer>;

/** Hands the events of the explorer to all who listen; a new one is first told what there was. */
export class Events {
  readonly #listeners = new Set<ReadableStreamDefaultController<Bytes>>();
  readonly #beat: NodeJS.Timeout;
  /** The newest of those of which only that counts. */
  readonly #last = new Map<"status" | "run", Bytes>();
  #sample: Bytes | null = null;
  #epochs: Bytes[] = [];
  #steps = new Thinned<Bytes>(mostSteps);
  #maps = new Thinned<Bytes>(mostMaps);
  #batch: Bytes | null = null;

  constructor() {
    this.#beat = setInterval(
      () => this.#send(encodeMessage({ head: { type: "beat" }, arrays: {} })),
      beatMilliseconds,
    );
    this.#beat.unref();
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  publish(head: EventHead, arrays: Message["arrays"] = {}): void {
    const bytes = encodeMessage({ head, arrays });
    this.#remember(head, bytes);
    this.#send(bytes);
  }

  /** Forgets the training before. */
  forgetTraining(): void {
    this.#sample = null;
    this.#epochs = [];
    this.#steps = new Thinned(mostSteps);
    this.#maps = new Thinned(mostMaps);
    this.#batch = null;
  }

  /** The events from now on, after those that tell how it came to be. */
  listen(): ReadableStream<Bytes> {
    let mine: ReadableStreamDefaultController<Bytes>;
    const told = this.#told();
    const size = told.reduce((sum, { length }) => sum + length, 0);
    return new ReadableStream<Bytes>(
      {
        start: (controller) => {
          mine = controller;
          for (const bytes of told) controller.enqueue(bytes);
          this.#listeners.add(controller);
        },
        cancel: () => {
          this.#listeners.delete(mine);
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: size + mostUnread }),
    );
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#beat);
    for (const controller of this.#listeners) controller.close();
    this.#listeners.clear();
  }

  #remember(head: EventHead, bytes: Bytes): void {
    const keep: Readonly<Record<EventHead["type"], () => void>> = {
      status: () => this.#last.set("status", bytes),
      run: () => this.#last.set("run", bytes),
      sample: () => {
        this.#sample = bytes;
      },
      epoch: () => this.#epochs.push(bytes),
      step: () => this.#steps.push(bytes),
      map: () => this.#maps.push(bytes),
      batch: () => {
        this.#batch = bytes;
      },
      beat: () => undefined,
    };
    keep[head.type]();
  }

  #told(): Bytes[] {
    const { status, run } = { status: this.#last.get("status"), run: this.#last.get("run") };
    const all = [status, run, this.#sample, ...this.#epochs, ...this.#steps.values(), ...this.#maps.values()];
    return [...all, this.#batch].filter((bytes) => bytes !== null && bytes !== undefined);
  }

  #send(bytes: Bytes): void {
    for (const controller of this.#listeners) {
      // Bytes are shared between streams, which only read them.
      controller.enqueue(bytes);
      if (controller.desiredSize! > 0) continue;
      this.#listeners.delete(controller);
      controller.error(new Error("the listener reads too slowly"));
    }
  }
}
