import type { MessageArray, SpaceMessage } from "kindred/workspace";

/** Nearest other pictures, nearest first: `rows` and `similarity` are `[count, k]`. */
export interface NearestOthers {
  readonly k: number;
  readonly rows: Uint32Array;
  readonly similarity: Float32Array;
}

/** The space of one checkpoint as far as it has come: `points` first, then the neighbours, then the map. */
export interface SpaceData {
  readonly checkpoint: number;
  readonly count: number;
  readonly dim: number;
  readonly labels: Int32Array;
  /** `[count, 3]` */
  readonly pca: Float32Array;
  readonly mean: Float32Array;
  /** `[3, dim]` */
  readonly components: Float32Array;
  /** `[count]` */
  readonly drift: Float32Array;
  readonly explained: readonly number[];
  readonly neighbours: NearestOthers | null;
  readonly knn1: number | null;
  /** `[count, 2]` */
  readonly umap: Float32Array | null;
}

/** What is known after another message; the same data where the message adds none. */
export function withMessage(data: SpaceData | null, { head, arrays }: SpaceMessage): SpaceData | null {
  switch (head.type) {
    case "points":
      return {
        checkpoint: head.checkpoint,
        count: head.count,
        dim: head.dim,
        labels: ints(arrays.labels),
        pca: floats(arrays.pca),
        mean: floats(arrays.mean),
        components: floats(arrays.components),
        drift: floats(arrays.drift),
        explained: head.explained,
        neighbours: null,
        knn1: null,
        umap: null,
      };
    case "neighbours":
      return (
        data && {
          ...data,
          knn1: head.knn1,
          neighbours: { k: head.k, rows: rowsOf(arrays.rows), similarity: floats(arrays.similarity) },
        }
      );
    case "umap":
      return data && { ...data, umap: floats(arrays.umap) };
    default:
      return data;
  }
}

function floats(array: MessageArray | undefined): Float32Array {
  return array instanceof Float32Array ? array : new Float32Array(0);
}

function ints(array: MessageArray | undefined): Int32Array {
  return array instanceof Int32Array ? array : new Int32Array(0);
}

function rowsOf(array: MessageArray | undefined): Uint32Array {
  return array instanceof Uint32Array ? array : new Uint32Array(0);
}
