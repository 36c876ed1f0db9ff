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

export type FilmAnswer =
  | { readonly type: "progress"; readonly doing: string; readonly part: number }
  | { readonly type: "done"; readonly file: ArrayBuffer; readonly codec: string }
  | { readonly type: "failed"; readonly reason: string };
