import type { EmbedQuestion, IndexQuery } from "./itemsProtocol.ts";
import type { Message } from "./message.ts";
import type { EventHead, Hello, SpaceHead, TrainRequest } from "./protocol.ts";

/** An event, or how the line to the other side is. */
export type BackendEvent =
  | { readonly head: EventHead; readonly arrays: Message["arrays"] }
  | {
      readonly head:
        | { readonly type: "connected" }
        | {
            readonly type: "gone";
            /** Why the server, which is there, will not have whoever asks; null where it does not answer. */
            readonly refused: string | null;
          };
      readonly arrays: Message["arrays"];
    };

/** A message of {@link Backend.space}. */
export interface SpaceMessage {
  readonly head: SpaceHead;
  readonly arrays: Message["arrays"];
}

/** Something that went wrong for a reason that a person can read. */
export class BackendError extends Error {
  override readonly name = "BackendError";
}

/**
 * Who trains and computes for the explorer's page: the local server (`ServerBackend`), or a worker of the page itself
 * (`BrowserBackend`). Every method rejects with a {@link BackendError} whose message is one line for people.
 */
export interface Backend {
  readonly kind: "server" | "browser";
  hello(): Promise<Hello>;
  /** Hands over events until the signal; goes on by itself after `gone`, saying `connected` when it is back. */
  listen(listener: (event: BackendEvent) => void, signal: AbortSignal): void;
  /** Begins a training; refused while another is under way. */
  start(request: TrainRequest): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends the training after the step under way; what was trained stays. */
  stop(): Promise<void>;
  /**
   * The space of all rows, see {@link SpaceHead}; resolves after `end`.
   *
   * @param checkpoint by epoch, counted from 0; null for the run's default, see `defaultCheckpoint`
   */
  space(
    checkpoint: number | null,
    onMessage: (message: SpaceMessage) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** `EmbeddingsHead`: after the space of that checkpoint. */
  embeddings(checkpoint: number | null): Promise<Message>;
  /** `HardPairsHead`: after the space of that checkpoint. */
  hardPairs(checkpoint: number | null): Promise<Message>;
  /** `RecordingHead`. */
  recording(): Promise<Message>;
  /** `MomentsHead`. */
  moments(): Promise<Message>;
  /** `PreviewsHead`. */
  previews(rows: Uint32Array): Promise<Message>;
  /** The pixels of a picture file, red, green, blue and alpha, `[height, width, 4]`, made smaller to at most 1,024 a side. */
  decodePicture(file: Blob): Promise<{
    readonly width: number;
    readonly height: number;
    readonly pixels: Uint8Array | Uint8ClampedArray;
  }>;
  /** `FittedHead`: a picture file as the open run's encoder takes it, by the run's own preprocessing. */
  fitPicture(file: Blob): Promise<Message>;
  /** `EmbeddedHead`: what the open run's tower of a modality makes of text, or of a file. */
  embedQuery(question: EmbedQuestion): Promise<Message>;
  /** `HitsHead`: what the open run's index has most like a vector. */
  searchIndex(query: IndexQuery): Promise<Message>;
  /** The encoder of pictures as ONNX: input `images` float32 `[batch, channels, height, width]` of values -1 to 1 (`byte / 127.5 - 1`), output `embedding` `[batch, dim]`. */
  encoder(checkpoint: number | null): Promise<Uint8Array<ArrayBuffer>>;
  /** The default checkpoint's weights as a `.pt` file that PyTorch opens. */
  checkpoint(): Promise<Uint8Array<ArrayBuffer>>;
}
