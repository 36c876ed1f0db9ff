import {
  type Backend,
  BackendError,
  type BackendEvent,
  type EmbedQuestion,
  EventLog,
  type FittedHead,
  fitPicture,
  type Hello,
  imageQueryOf,
  type Message,
  mostPreviews,
  type SpaceMessage,
  type TrainRequest,
} from "kindred/workspace";
import { type DecodedPicture, decodePicture } from "./decodePicture.ts";
import { type Unasked, WorkerLine } from "./workerLine.ts";
import type { WorkerName } from "./workerMessages.ts";

/** A worker of the page itself as its backend: it trains and computes with the engine that the command line has. */
export class BrowserBackend implements Backend {
  readonly kind = "browser";
  readonly #line: WorkerLine;
  readonly #log = new EventLog<BackendEvent>();
  readonly #listeners = new Set<(event: BackendEvent) => void>();
  #gone = false;

  constructor() {
    const name: WorkerName = { site: document.baseURI };
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: JSON.stringify(name),
    });
    this.#line = new WorkerLine(worker, (unasked) => this.#hear(unasked));
  }

  hello(): Promise<Hello> {
    return this.#line.ask({ type: "hello" });
  }

  listen(listener: (event: BackendEvent) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener));
    // After the call, as from a server.
    queueMicrotask(() => {
      if (!signal.aborted) this.#greet(listener);
    });
  }

  async start(request: TrainRequest): Promise<void> {
    await this.#line.ask({ type: "start", request });
  }

  async pause(): Promise<void> {
    await this.#line.ask({ type: "pause" });
  }

  async resume(): Promise<void> {
    await this.#line.ask({ type: "resume" });
  }

  async stop(): Promise<void> {
    await this.#line.ask({ type: "stop" });
  }

  async space(
    checkpoint: number | null,
    onMessage: (message: SpaceMessage) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#line.ask({ type: "space", checkpoint }, { onPart: onMessage, signal });
  }

  embeddings(checkpoint: number | null): Promise<Message> {
    return this.#line.ask({ type: "embeddings", checkpoint });
  }

  hardPairs(checkpoint: number | null): Promise<Message> {
    return this.#line.ask({ type: "hardPairs", checkpoint });
  }

  recording(): Promise<Message> {
    return this.#line.ask({ type: "recording" });
  }

  moments(): Promise<Message> {
    return this.#line.ask({ type: "moments" });
  }

  async previews(rows: Uint32Array): Promise<Message> {
    if (rows.length > mostPreviews) {
      throw new BackendError(
        `${rows.length} previews were asked for at once, expected at most ${mostPreviews}`,
      );
    }
    return this.#line.ask({ type: "previews", rows });
  }

  embedQuery({ modality }: EmbedQuestion): Promise<Message> {
    return Promise.reject(
      new BackendError(`a run trained in this page has no tower that embeds ${modality}: use kindred view`),
    );
  }

  decodePicture(file: Blob): Promise<DecodedPicture> {
    return decodePicture(file);
  }

  async fitPicture(file: Blob): Promise<Message> {
    const { run } = await this.hello();
    if (!run)
      throw new BackendError("there is no trained run yet: train one, then look for pictures with it");
    const { width, height, pixels } = await decodePicture(file);
    const { input, fitting } = imageQueryOf(run)!;
    const fitted = fitPicture(pixels, width, height, fitting);
    const head: FittedHead = { type: "fitted", ...input };
    return { head, arrays: { pixels: fitted } };
  }

  searchIndex(): Promise<Message> {
    return Promise.reject(
      new BackendError("a page without a server searches no index: use kindred view --index"),
    );
  }

  encoder(checkpoint: number | null): Promise<Uint8Array<ArrayBuffer>> {
    return this.#line.ask({ type: "encoder", checkpoint });
  }

  checkpoint(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#line.ask({ type: "checkpoint" });
  }

  #hear(unasked: Unasked): void {
    switch (unasked.type) {
      case "event": {
        const { head, arrays } = unasked;
        this.#log.add(head, { head, arrays });
        for (const listener of this.#listeners) listener({ head, arrays });
        break;
      }
      case "changed":
        // `connected` has everyone ask for hello again; what follows it begins from the start.
        for (const listener of this.#listeners) this.#greet(listener);
        break;
      case "broken":
        this.#gone = true;
        for (const listener of this.#listeners)
          listener({ head: { type: "gone", refused: null }, arrays: {} });
        break;
    }
  }

  #greet(listener: (event: BackendEvent) => void): void {
    listener({
      head: this.#gone ? { type: "gone", refused: null } : { type: "connected" },
      arrays: {},
    });
    if (this.#gone) return;
    for (const event of this.#log.told()) listener(event);
  }
}
