import type { Backend, MessageArray, RecordingHead } from "kindred/workspace";
import { reasonOf } from "../words/reasonOf.ts";
import { doneBy } from "../workers/job.ts";
import type { FilmFile, FilmRequest } from "./filmProtocol.ts";

const fps = 30;
const size = { width: 1280, height: 720 };

/** A film being made in a worker of its own. */
export class FilmMaking {
  readonly #backend: Backend;
  #making = new AbortController();
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
    const making = new AbortController();
    this.#making = making;
    this.phase = "making";
    this.doing = "fetching the recording";
    this.part = 0;
    const { signal } = making;
    try {
      const { head, arrays } = await this.#backend.recording();
      if (signal.aborted) return;
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
      const worker = new Worker(new URL("./film.worker.ts", import.meta.url), { type: "module" });
      const onProgress = (part: number, doing: string): void => {
        this.part = part;
        this.doing = doing;
      };
      const { bytes, codec } = await doneBy<FilmRequest, FilmFile>(worker, request, { onProgress, signal });
      const file = new Blob([bytes], { type: "video/mp4" });
      const megabytes = (file.size / 1e6).toFixed(1);
      this.told = `Saved: MP4 with ${codec}, ${size.width} × ${size.height}, ${megabytes} MB.`;
      this.phase = "done";
      save(file);
    } catch (error) {
      if (signal.aborted) return;
      this.told = reasonOf(error);
      this.phase = "failed";
    }
  }

  cancel(): void {
    this.#making.abort();
    this.phase = "idle";
    this.told = "";
  }
}

function typed<T extends MessageArray>(array: MessageArray | undefined, type: abstract new () => T): T {
  if (array instanceof type) return array;
  throw new Error("the recording is not whole");
}
