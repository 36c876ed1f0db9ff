import { className } from "../../../data/index.ts";
import type { ImageDataset } from "../../../modality/image/index.ts";

/** The embeddings of pictures; row `i` is of picture `i`. */
export interface Embeddings {
  readonly dim: number;
  /** `[rows, dim]`, row-major. */
  readonly vectors: Float32Array;
  /** `[rows]` */
  readonly pictures: readonly EmbeddedPicture[];
}

/** What a row of embeddings says of its picture; null is what is not known. */
export interface EmbeddedPicture {
  /** The path, or the row of an array, counted from 0; `test/0`, `test/1`, … of a test split. As in an index. */
  readonly id: string;
  /** Relative to the data set, with `/` between folders; null of arrays. */
  readonly path: string | null;
  /** What people call its class; null without labels. */
  readonly className: string | null;
  /** The number of its class; null without labels. */
  readonly label: number | null;
  readonly split: "train" | "test";
}

/** The pictures of a data set's split, as rows of embeddings name them. */
export function embeddedPictures(dataset: ImageDataset, split: "train" | "test"): EmbeddedPicture[] {
  return Array.from(dataset.labels, (number, image) => {
    const path = dataset.paths?.[image] ?? null;
    const row = dataset.rows?.[image] ?? image;
    const label = dataset.labelled === false ? null : number;
    return {
      id: path ?? (split === "test" ? `test/${row}` : String(row)),
      path,
      className: label === null ? null : className(dataset, label),
      label,
      split,
    };
  });
}

/** Rows of embeddings and their pictures in the order of the source: that which `rows` of the data set says. */
export function inOrderOfSource({ rows }: ImageDataset, { dim, vectors, pictures }: Embeddings): Embeddings {
  if (!rows) return { dim, vectors, pictures };
  const order = Uint32Array.from(rows.keys()).sort((a, b) => rows[a]! - rows[b]!);
  const sorted = new Float32Array(vectors.length);
  for (const [to, from] of order.entries()) {
    sorted.set(vectors.subarray(from * dim, (from + 1) * dim), to * dim);
  }
  return { dim, vectors: sorted, pictures: Array.from(order, (from) => pictures[from]!) };
}
