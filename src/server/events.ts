import { type EventHead, EventLog, encodeMessage, type Message } from "../workspace/index.ts";

/** A page takes one for gone that says nothing for 12 s. */
const beatMilliseconds = 5000;
/** What a listener may leave unread beyond what it was told at first; then it is dropped, and connects anew. */
const mostUnread = 16 * 2 ** 20;

type Bytes = Uint8Array<ArrayBuffer>;

/** Hands the events of the explorer to all who listen; a new one is first told what there was. */
export class Events {
  readonly #listeners = new Set<ReadableStreamDefaultController<Bytes>>();
  readonly #beat: NodeJS.Timeout;
  readonly #log = new EventLog<Bytes>();

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
    this.#log.add(head, bytes);
    this.#send(bytes);
  }

  /** The events from now on, after those that tell how it came to be. */
  listen(): ReadableStream<Bytes> {
    let mine: ReadableStreamDefaultController<Bytes>;
    const told = this.#log.told();
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
