import {
  type Backend,
  BackendError,
  type BackendEvent,
  decodeMessage,
  type EmbedQuestion,
  type Hello,
  type IndexQuery,
  type Message,
  type SpaceMessage,
  type TrainRequest,
} from "kindred/workspace";
import { refusal } from "./answer.ts";
import { keepLine, type LineTimes, lineTimes } from "./eventLine.ts";
import { bytesOf } from "./messageArrays.ts";
import { readMessages } from "./readMessages.ts";

/** What {@link ServerBackend} takes from its surroundings. */
export interface ServerBackendOptions {
  /** Where the server's `api/` is; the page's own folder by default. */
  readonly base?: string;
  readonly fetch?: typeof fetch;
  readonly times?: LineTimes;
}

/** The local server of `kindred view` as the page's backend. */
export class ServerBackend implements Backend {
  readonly kind = "server";
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #times: LineTimes;

  constructor(options: ServerBackendOptions = {}) {
    this.#base = new URL("api/", options.base ?? document.baseURI).href;
    // Called as a plain function: a browser's fetch refuses any other `this`.
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#times = options.times ?? lineTimes;
  }

  async hello(): Promise<Hello> {
    const response = await this.#ask("hello");
    return (await whole(response.json())) as Hello;
  }

  listen(listener: (event: BackendEvent) => void, signal: AbortSignal): void {
    const connect = async (either: AbortSignal): Promise<ReadableStream<Uint8Array>> =>
      bodyOf(await this.#ask("events", { signal: either }));
    void keepLine(connect, listener, signal, this.#times);
  }

  async start(request: TrainRequest): Promise<void> {
    await this.#post("training", JSON.stringify(request), "application/json");
  }

  async pause(): Promise<void> {
    await this.#post("training/pause");
  }

  async resume(): Promise<void> {
    await this.#post("training/resume");
  }

  async stop(): Promise<void> {
    await this.#post("training/stop");
  }

  async space(
    checkpoint: number | null,
    onMessage: (message: SpaceMessage) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const response = await this.#ask(`space${query(checkpoint)}`, { signal });
    let ended = false;
    const hear = (message: Message): void => {
      const { head, arrays } = message as SpaceMessage;
      if (head.type === "failed") throw new BackendError(head.reason);
      if (head.type === "end") ended = true;
      onMessage({ head, arrays });
    };
    await whole(readMessages(bodyOf(response), hear));
    if (!ended) throw new BackendError("the server broke off while it told of the space; load it again");
  }

  embeddings(checkpoint: number | null): Promise<Message> {
    return this.#message(`embeddings${query(checkpoint)}`);
  }

  hardPairs(checkpoint: number | null): Promise<Message> {
    return this.#message(`hard-pairs${query(checkpoint)}`);
  }

  recording(): Promise<Message> {
    return this.#message("recording");
  }

  moments(): Promise<Message> {
    return this.#message("moments");
  }

  async previews(rows: Uint32Array): Promise<Message> {
    return messageOf(await this.#post("previews", littleEndian(rows), "application/octet-stream"));
  }

  async decodePicture(file: Blob): Promise<{ width: number; height: number; pixels: Uint8Array }> {
    const message = await messageOf(await this.#post("picture", file, "application/octet-stream"));
    const { width, height } = message.head as { readonly width?: unknown; readonly height?: unknown };
    if (typeof width !== "number" || typeof height !== "number") {
      throw new BackendError("the server did not say how large the picture is; reload the page");
    }
    return { width, height, pixels: bytesOf(message, "pixels") };
  }

  async fitPicture(file: Blob): Promise<Message> {
    return messageOf(await this.#post("fitted", file, "application/octet-stream"));
  }

  async embedQuery({ modality, checkpoint, content }: EmbedQuestion): Promise<Message> {
    const asked = new URLSearchParams({ modality });
    if (checkpoint !== null) asked.set("checkpoint", String(checkpoint));
    return messageOf(await this.#post(`embed?${asked}`, content, content.type || "application/octet-stream"));
  }

  async searchIndex(query: IndexQuery): Promise<Message> {
    return messageOf(await this.#post("index-search", JSON.stringify(query), "application/json"));
  }

  encoder(checkpoint: number | null): Promise<Uint8Array<ArrayBuffer>> {
    return this.#bytes(`encoder${query(checkpoint)}`);
  }

  checkpoint(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#bytes("checkpoint");
  }

  async #message(path: string): Promise<Message> {
    return messageOf(await this.#ask(path));
  }

  async #bytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const response = await this.#ask(path);
    return new Uint8Array(await whole(response.arrayBuffer()));
  }

  #post(path: string, body?: BodyInit, type?: string): Promise<Response> {
    return this.#ask(path, {
      method: "POST",
      ...(body === undefined ? {} : { body }),
      ...(type === undefined ? {} : { headers: { "content-type": type } }),
    });
  }

  async #ask(path: string, init?: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await this.#fetch(this.#base + path, init);
    } catch (error) {
      throw told(error);
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }
}

async function messageOf(response: Response): Promise<Message> {
  return decodeMessage(new Uint8Array(await whole(response.arrayBuffer())));
}

function bodyOf(response: Response): ReadableStream<Uint8Array> {
  if (response.body === null) throw new BackendError("the server answered nothing; reload the page");
  return response.body;
}

/** A body's promise, its failure told for people. */
async function whole<Body>(body: Promise<Body>): Promise<Body> {
  try {
    return await body;
  } catch (error) {
    throw told(error);
  }
}

/** An answer given up on purpose stays an AbortError, so that its asker can tell it from a failure. */
function told(error: unknown): unknown {
  if (error instanceof BackendError) return error;
  if (error instanceof DOMException && error.name === "AbortError") return error;
  return new BackendError("the server does not answer; see whether kindred view still runs", {
    cause: error,
  });
}

function query(checkpoint: number | null): string {
  return checkpoint === null ? "" : `?checkpoint=${checkpoint}`;
}

function littleEndian(rows: Uint32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * rows.length);
  const view = new DataView(bytes.buffer);
  rows.forEach((row, index) => {
    view.setUint32(4 * index, row, true);
  });
  return bytes;
}
