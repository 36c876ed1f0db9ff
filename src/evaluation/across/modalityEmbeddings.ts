import { InputError } from "../../base/index.ts";
import { inverseNorm } from "../../base/unitRows.ts";
import type { Labels } from "../labels.ts";

/** The embeddings of one modality, each row with the group it belongs to. */
export interface ModalityEmbeddings {
  /** `image`, `text`, `audio`. */
  readonly modality: string;
  /** `[rows]` integers: rows of one label show or name one thing, in every modality. */
  readonly labels: Labels;
  /** `[rows, dim]`, row-major, of any length of row. */
  readonly embeddings: Float32Array;
  readonly dim: number;
}

/** @throws InputError when a modality is named twice or empty, sizes do not fit, dims differ, or a value is not finite. */
export function requireModalities(modalities: readonly ModalityEmbeddings[]): void {
  const seen = new Set<string>();
  for (const { modality, labels, embeddings, dim } of modalities) {
    if (seen.has(modality)) throw new InputError(`${modality} is given twice, expected each modality once`);
    seen.add(modality);
    if (!(Number.isInteger(dim) && dim >= 1)) {
      throw new InputError(`dim of ${modality} is ${dim}, expected an integer from 1`);
    }
    if (labels.length === 0) throw new InputError(`${modality} has no rows, expected at least one`);
    if (embeddings.length !== labels.length * dim) {
      throw new InputError(
        `${modality} has ${labels.length} labels and ${embeddings.length} numbers, expected ${labels.length} rows x dim ${dim} = ${labels.length * dim}`,
      );
    }
    for (let row = 0; row < labels.length; row++) inverseNorm(embeddings, row, dim, `${modality} embeddings`);
    const first = modalities[0]!;
    if (dim !== first.dim) {
      throw new InputError(
        `dim of ${modality} is ${dim} and that of ${first.modality} is ${first.dim}, expected one dim: towers of one space share it`,
      );
    }
  }
}
