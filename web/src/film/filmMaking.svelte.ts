import type { Backend, MessageArray, RecordingHead } from "kindred/workspace";
import { reasonOf } from "../words/reasonOf.ts";
import type { FilmAnswer, FilmRequest } from "./filmProtocol.ts";

const fps = 30;
const size = { width: 1280, height: 720 };

/** A film being made in a worker of its own. */
export class FilmMaking {
  readonly #backend: Backend;
  #worker: Worker | null = null;
  phase = $state<"idle" | "making" | "done" | "failed">("idle");
  doing = $state("");
  part = $state(0);
  /** What came of it, or why nothing did. */
  told = $state("");

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async start(
    { view, seconds, classNames }: Pick<FilmRequest, "view" | "seconds" | "classNames">,
    save: (file: Blob) => void,
  ): Promise<void> {
    this.cancel();
    this.phase = "making";
    this.doing = "fetching the recording";
    this.part = 0;
    // Before the recording is there, so that cancelling ends this film and no later one.
    const worker = new Worker(new URL("./film.worker.ts", import.meta.url), { type: "module" });
    this.#worker = worker;
    worker.addEventListener("error", () => this.#fail(worker, "the film's worker did not start"));
    worker.addEventListener("message", (event: MessageEvent<FilmAnswer>) => {
      if (worker !== this.#worker) return;
      const answer = event.data;
      if (answer.type === "failed") this.#fail(worker, answer.reason);
      if (answer.type === "progress") {
        this.doing = answer.doing;
        this.part = answer.part;
      }
      if (answer.type === "done") {
        const file = new Blob([answer.file], { type: "video/mp4" });
        const megabytes = (file.size / 1e6).toFixed(1);
        this.told = `Saved: MP4 with ${answer.codec}, ${size.width} × ${size.height}, ${megabytes} MB.`;
        this.phase = "done";
        this.#end(worker);
        save(file);
      }
    });
    try {
      const { head, arrays } = await this.#backend.recording();
      if (worker !== this.#worker) return;
      const { count, dim } = head as RecordingHead;
      const request: FilmRequest = {
        count,
        dim,
        labels: typed(arrays.labels, Int32Array),
        classNames,
        embeddings: typed(arrays.embeddings, Float32Array),
        steps: typed(arrays.steps, Uint32Array),
        epochs: typed(arrays.epochs, Float32Array),
        losses: typed(arrays.losses, Float32Array),
        view,
        seconds,
        fps,
        ...size,
      };
      worker.postMessage(request);
    } catch (error) {
      this.#fail(worker, reasonOf(error));
    }
  }

  cancel(): void {
    if (this.#worker) this.#end(this.#worker);
    this.phase = "idle";
    this.told = "";
  }

  #fail(worker: Worker, reason: string): void {
    if (worker !== this.#worker) return;
    this.told = reason;
    this.phase = "failed";
    this.#end(worker);
  }

  #end(worker: Worker): void {
    worker.terminate();
    if (worker === this.#worker) this.#worker = null;
  }
}

function typed<T extends MessageArray>(array: MessageArray | undefined, type: abstract new () => T): T {
  if (array instanceof type) return array;
  throw new Error("the recording is not whole");
}
