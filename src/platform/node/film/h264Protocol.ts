import type { VideoSize } from "./videoCodec.ts";

/** What the encoding thread is started with. */
export interface H264Task extends VideoSize {
  readonly fps: number;
  /** How coarsely it quantises, from 10 to 51: six more is twice as coarse. */
  readonly quantizer: number;
  /** Frames from one that a player can jump to, to the next. */
  readonly keyFrames: number;
}

/** What the thread is sent: a frame in I420, given away, or `null` at the end of the film. */
export type H264Request = Uint8Array<ArrayBuffer> | null;

/** What comes back: a frame was taken in, or an MP4 file of all of them. */
export type H264Reply =
  | { readonly type: "encoded" }
  | { readonly type: "done"; readonly mp4: Uint8Array<ArrayBuffer> };
