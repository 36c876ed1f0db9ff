import { InputError, type Rng } from "../../base/index.ts";
import { unitRows } from "../../base/unitRows.ts";
import { classesOf } from "../labels.ts";
import { plainSimilarityBlocks } from "../plainSimilarity.ts";
import { eachSimilarityRow, type RowOptions } from "../similarityRows.ts";
import { bootstrapped, type Measured } from "./bootstrap.ts";
import type { ModalityEmbeddings } from "./modalityEmbeddings.ts";

/** One vector for each class, made of all its prompts. */
export interface ClassPrototypes {
  /** Ascending, `[classes]`. */
  readonly labels: readonly number[];
  /** `[classes, dim]`, of unit length. */
  readonly prototypes: Float32Array;
  readonly dim: number;
}

/**
 * The mean of the unit embeddings of each class's prompts, scaled to unit length again (CLIP's prompt ensembling).
 *
 * @throws InputError when there is no prompt, sizes do not fit, or a value is not finite.
 * @see Radford et al., "Learning Transferable Visual Models From Natural Language Supervision" (2021), https://arxiv.org/abs/2103.00020, section 3.1.4
 */
export function classPrototypes(prompts: Omit<ModalityEmbeddings, "modality">): ClassPrototypes {
  const { labels, embeddings, dim } = prompts;
  if (labels.length === 0 || embeddings.length !== labels.length * dim) {
    throw new InputError(
      `${labels.length} prompts have ${embeddings.length} numbers, expected one prompt or more of dim ${dim}`,
    );
  }
  const classes = classesOf({ promptLabels: labels });
  const units = unitRows(embeddings, dim, "prompts");
  const sums = new Float64Array(classes.count * dim);
  const sizes = new Uint32Array(classes.count);
  for (const [row, one] of classes.of[0]!.entries()) {
    sizes[one]!++;
    for (let k = 0; k < dim; k++) sums[one * dim + k]! += units[row * dim + k]!;
  }
  const means = Float32Array.from(sums, (sum, at) => sum / sizes[Math.floor(at / dim)]!);
  return { labels: classes.labels, prototypes: unitRows(means, dim, "prototypes"), dim };
}

/** How often the class of the nearest prototype is the query's. */
export interface ZeroShot {
  /** Share of queries, 0 to 1. */
  readonly accuracy: Measured;
  /** Mean of the classes' accuracies, in which rare classes count as much as frequent ones. */
  readonly meanPerClass: number;
  /** Queries whose class has a prompt; others are left out. */
  readonly queries: number;
  readonly withoutPrompt: number;
  readonly classes: number;
}

/**
 * Zero-shot classification: the prototype that is most similar to a query names its class. Where a wrong prototype is as similar as the
 * right one, the query counts as wrong. Null where no query's class has a prompt.
 *
 * @throws InputError when sizes do not fit, or a value is not finite.
 */
export async function zeroShot(
  queries: Omit<ModalityEmbeddings, "modality">,
  { labels, prototypes, dim }: ClassPrototypes,
  options: Pick<RowOptions, "signal"> & { readonly rng: Rng; readonly samples?: number | undefined },
): Promise<ZeroShot | null> {
  if (queries.dim !== dim || queries.embeddings.length !== queries.labels.length * dim) {
    throw new InputError(
      `the queries have ${queries.embeddings.length} numbers, ${queries.labels.length} labels and dim ${queries.dim}, expected rows of dim ${dim}, that of the prompts`,
    );
  }
  const place = new Map(labels.map((label, index) => [label, index]));
  const asked: number[] = [];
  const right: number[] = [];
  const blocks = plainSimilarityBlocks(queries.embeddings, prototypes, dim, options);
  const { signal } = options;
  await eachSimilarityRow(blocks, queries.labels.length, labels.length, { signal }, (query, row) => {
    const own = place.get(queries.labels[query]!);
    if (own === undefined) return;
    let ahead = 0;
    for (let other = 0; other < row.length; other++) {
      if (other !== own && row[other]! >= row[own]!) ahead++;
    }
    asked.push(queries.labels[query]!);
    right.push(ahead === 0 ? 1 : 0);
  });
  if (asked.length === 0) return null;
  const { means } = await bootstrapped([Float64Array.from(right)], asked, options);
  const counts = new Map<number, { right: number; all: number }>();
  for (const [at, label] of asked.entries()) {
    const count = counts.get(label) ?? { right: 0, all: 0 };
    counts.set(label, { right: count.right + right[at]!, all: count.all + 1 });
  }
  const shares = [...counts.values()].map((count) => count.right / count.all);
  return {
    accuracy: means[0]!,
    meanPerClass: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    queries: asked.length,
    withoutPrompt: queries.labels.length - asked.length,
    classes: labels.length,
  };
}
