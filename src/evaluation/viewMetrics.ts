import { InputError } from "../base/index.ts";
import type { SimilarityBlocks } from "./similarity.ts";
import { eachSimilarityRow, type RowOptions } from "./similarityRows.ts";

/** How an embedding space keeps two variations of a picture together and pictures apart, which needs no labels. */
export interface ViewMetrics {
  /** Share of pictures whose one variation is most similar to their other one among those of all pictures, 0 to 1. */
  readonly found: number;
  /** Mean squared distance of a picture's variations on the unit sphere, 0 to 4; less is closer. */
  readonly alignment: number;
  /** Logarithm of the mean of `e^(-2 d^2)` over the distances d of different pictures, -8 to 0; less is more even. */
  readonly uniformity: number;
}

/**
 * Alignment and uniformity of the variations `x` and `y` of n pictures, and how many find each other:
 *
 * `alignment = mean_i |x_i - y_i|^2`, `uniformity = log(mean over i != j of e^(-2 |x_i - y_j|^2))`, for unit rows, where
 * `|x - y|^2 = 2 - 2 cos`; the exponents, 2 and 2, are the paper's.
 *
 * @param similarities cosines of one variation of each picture `[count]` with the other one of all `[count]`
 * @throws InputError for fewer than two pictures.
 * @see Wang and Isola, "Understanding Contrastive Representation Learning through Alignment and Uniformity on the
 * Hypersphere" (2020), https://arxiv.org/abs/2005.10242
 */
export async function viewMetrics(
  similarities: SimilarityBlocks,
  count: number,
  options: Omit<RowOptions, "selfIndex"> = {},
): Promise<ViewMetrics> {
  if (count < 2) throw new InputError(`${count} pictures cannot be compared, expected at least 2`);
  let [found, apart, even] = [0, 0, 0];
  await eachSimilarityRow(similarities, count, count, options, (picture, row) => {
    const own = row[picture]!;
    let nearer = 0;
    for (let other = 0; other < count; other++) {
      if (other === picture) continue;
      // At equals the other one counts as nearer: in a space where all is one, nothing is found.
      if (row[other]! >= own) nearer++;
      even += Math.exp(4 * row[other]! - 4);
    }
    if (nearer === 0) found++;
    apart += 2 - 2 * own;
  });
  return {
    found: found / count,
    alignment: apart / count,
    uniformity: Math.log(even / (count * (count - 1))),
  };
}
