/** The embeddings of a data set; row `i` is of its picture `i`. */
export interface Embeddings {
  readonly dim: number;
  /** `[rows]` */
  readonly labels: Int32Array;
  /** `[rows, dim]`, row-major. */
  readonly vectors: Float32Array;
}
