import { InputError, Rng } from "../../base/index.ts";
import { plainSimilarityBlocks } from "../plainSimilarity.ts";
import type { SimilarityBlocks } from "../similarity.ts";
import { centredUnitRows } from "./centring.ts";
import {
  type DirectionMetrics,
  directionMetrics,
  type EmergentRatio,
  emergentRatio,
} from "./directionMetrics.ts";
import { type LinearBaselineInput, linearBaseline } from "./linearBaseline.ts";
import { type ModalityEmbeddings, requireModalities } from "./modalityEmbeddings.ts";
import { type ModalityGap, modalityGap } from "./modalityGap.ts";
import { queryRanks } from "./queryRanks.ts";
import { skewness } from "./skewness.ts";
import { classPrototypes, type ZeroShot, zeroShot } from "./zeroShot.ts";

/** One direction: queries of a modality, a pool of the same or another one. */
export interface DirectionReport {
  readonly from: string;
  readonly to: string;
  /** As the embeddings are; null where no query can be right. */
  readonly plain: DirectionMetrics | null;
  /** After each modality's centroid is taken away. */
  readonly centred: DirectionMetrics | null;
  /** Skewness of how often each item of the pool is among the 10 nearest of a query. */
  readonly hubness: { readonly plain: number; readonly centred: number };
  /** Of the same towers without training. */
  readonly untrained: DirectionMetrics | null;
  /** Of a linear map between raw features. */
  readonly linear: DirectionMetrics | null;
  /** Of a model that was trained on pairs of this direction, and what share of it is reached here. */
  readonly direct: DirectionMetrics | null;
  readonly emergent: EmergentRatio | null;
}

/** All measures of a space of several modalities. It has no NaN, so that JSON holds it as it is. */
export interface CrossModalReport {
  readonly modalities: readonly {
    readonly modality: string;
    readonly rows: number;
    readonly groups: number;
  }[];
  /** All ordered pairs, then each modality with itself where it has two rows or more. */
  readonly directions: readonly DirectionReport[];
  readonly zeroShot: readonly (ZeroShot & { readonly from: string; readonly prompts: string })[];
  readonly gaps: readonly {
    readonly between: readonly [string, string];
    readonly plain: ModalityGap;
    readonly centred: ModalityGap;
  }[];
  readonly bootstrap: { readonly samples: number; readonly confidence: number; readonly seed: number };
}

/** Makes the similarities of queries and references, such as `(q, r, dim) => runtimeSimilarities(runtime, q, r, dim)`. */
export type SimilarityMaker = (
  queries: Float32Array,
  references: Float32Array,
  dim: number,
) => Promise<{ readonly blocks: SimilarityBlocks; dispose(): Promise<void> }>;

export interface CrossModalOptions {
  /** Of the bootstrap and of the rows drawn for separability. */
  readonly seed: number;
  /** Bootstrap samples; default 1,000. */
  readonly samples?: number | undefined;
  /** Default: plain TypeScript, slow on large pools. */
  readonly similarities?: SimilarityMaker | undefined;
  /** The centroid of each modality, best of validation rows (`centroid`); default: of the rows that are measured. */
  readonly centroids?: Readonly<Record<string, ArrayLike<number>>> | undefined;
  /** Prompts of the classes, of one modality; all other modalities are classified by them. */
  readonly prompts?: ModalityEmbeddings | undefined;
  /** The same rows as embedded by the same towers before training. */
  readonly untrained?: readonly ModalityEmbeddings[] | undefined;
  /** Raw features for a linear baseline, of any directions. */
  readonly linear?: readonly LinearBaselineInput[] | undefined;
  /** Metrics of directly trained models, of the same queries and pool, for directions that emerged here. */
  readonly direct?:
    | readonly { readonly from: string; readonly to: string; readonly metrics: DirectionMetrics }[]
    | undefined;
  /** Called with the direction or measure in work, and how many are done. */
  readonly onProgress?: ((what: string, done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Measures a space of several modalities: retrieval in every direction, with and without centring, beside baselines; zero-shot
 * accuracy; the modality gap; hubness.
 *
 * The same input and seed give the same report. One block of similarities is in memory at a time.
 *
 * @throws InputError when a modality is given twice, sizes or dims do not fit, or a value is not finite.
 * @throws AbortedError when the signal was aborted.
 */
export async function crossModalReport(
  modalities: readonly ModalityEmbeddings[],
  options: CrossModalOptions,
): Promise<CrossModalReport> {
  if (modalities.length === 0) throw new InputError("no modality is given, expected at least one");
  requireModalities(modalities);
  const {
    seed,
    samples = 1000,
    centroids,
    prompts,
    untrained = [],
    linear = [],
    direct = [],
    signal,
  } = options;
  requireModalities(untrained);
  const centred = modalities.map((one) => ({
    ...one,
    embeddings: centredUnitRows(one.embeddings, one.dim, centroids?.[one.modality]),
  }));
  const indexes = [...modalities.keys()];
  const pairs = [
    ...indexes.flatMap((a) => indexes.filter((b) => b !== a).map((b) => [a, b] as const)),
    ...indexes.filter((a) => modalities[a]!.labels.length > 1).map((a) => [a, a] as const),
  ];
  const total = pairs.length + 1;

  const directions: DirectionReport[] = [];
  for (const [done, [a, b]] of pairs.entries()) {
    const [from, to] = [modalities[a]!.modality, modalities[b]!.modality];
    options.onProgress?.(from === to ? `within ${from}` : `${from} → ${to}`, done, total);
    const named = (list: readonly ModalityEmbeddings[]) => {
      const [x, y] = [from, to].map((name) => list.find(({ modality }) => modality === name));
      return x && y ? measured(x, y, options) : null;
    };
    const plain = await measured(modalities[a]!, modalities[b]!, options);
    const after = await measured(centred[a]!, centred[b]!, options);
    const raw = linear.find((one) => one.from === from && one.to === to);
    const trained = direct.find((one) => one.from === from && one.to === to)?.metrics ?? null;
    directions.push({
      from,
      to,
      plain: plain.metrics,
      centred: after.metrics,
      hubness: { plain: plain.hubness, centred: after.hubness },
      untrained: (await named(untrained))?.metrics ?? null,
      linear: raw
        ? (await linearBaseline(raw, { rng: bootstrapRng(seed, from, to), samples, signal })).metrics
        : null,
      direct: trained,
      emergent: plain.metrics && trained ? emergentRatio(plain.metrics, trained) : null,
    });
  }

  options.onProgress?.("zero-shot and gaps", pairs.length, total);
  const shots: CrossModalReport["zeroShot"][number][] = [];
  for (const one of prompts ? modalities.filter(({ modality }) => modality !== prompts.modality) : []) {
    const rng = bootstrapRng(seed, one.modality, "zero-shot");
    const shot = await zeroShot(one, classPrototypes(prompts!), { rng, samples, signal });
    if (shot) shots.push({ from: one.modality, prompts: prompts!.modality, ...shot });
  }
  const gaps: CrossModalReport["gaps"][number][] = [];
  for (const [a, one] of modalities.entries()) {
    for (let b = a + 1; b < modalities.length; b++) {
      const rng = () => Rng.of(seed, "separability", a, b);
      gaps.push({
        between: [one.modality, modalities[b]!.modality],
        plain: await modalityGap(one, modalities[b]!, rng(), signal),
        centred: await modalityGap(centred[a]!, centred[b]!, rng(), signal),
      });
    }
  }
  return {
    modalities: modalities.map(({ modality, labels }) => ({
      modality,
      rows: labels.length,
      groups: new Set(Array.from(labels)).size,
    })),
    directions,
    zeroShot: shots,
    gaps,
    bootstrap: { samples, confidence: 0.95, seed },
  };
}

function bootstrapRng(seed: number, from: string, to: string): Rng {
  return Rng.of(seed, "bootstrap", from, to);
}

async function measured(
  queries: ModalityEmbeddings,
  pool: ModalityEmbeddings,
  { seed, samples, similarities, signal }: CrossModalOptions,
): Promise<{ readonly metrics: DirectionMetrics | null; readonly hubness: number }> {
  const made = similarities
    ? await similarities(queries.embeddings, pool.embeddings, pool.dim)
    : {
        blocks: plainSimilarityBlocks(queries.embeddings, pool.embeddings, pool.dim, { signal }),
        dispose: () => Promise.resolve(),
      };
  try {
    const ranks = await queryRanks(made.blocks, queries.labels, pool.labels, {
      signal,
      selfIndex: queries.modality === pool.modality ? (query) => query : undefined,
    });
    const rng = bootstrapRng(seed, queries.modality, pool.modality);
    return {
      metrics: await directionMetrics(ranks, queries.labels, { rng, samples, signal }),
      hubness: skewness(ranks.occurrences),
    };
  } finally {
    await made.dispose();
  }
}
