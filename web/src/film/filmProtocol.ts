import type { FilmView } from "kindred/workspace";

/** What the film's worker is asked for: a recording as in `RecordingHead`, and how the film is to be. */
export interface FilmRequest {
  readonly count: number;
  readonly dim: number;
  readonly labels: Int32Array;
  /** By label; null where classes are called by their numbers. */
  readonly classNames: readonly string[] | null;
  readonly embeddings: Float32Array;
  readonly steps: Uint32Array;
  readonly epochs: Float32Array;
  readonly losses: Float32Array;
  readonly view: FilmView;
  readonly seconds: number;
  readonly fps: number;
  readonly width: number;
  readonly height: number;
}

/** A film as MP4. */
export interface FilmFile {
  readonly bytes: ArrayBuffer;
  readonly codec: string;
}
