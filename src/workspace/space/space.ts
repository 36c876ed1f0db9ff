import { InputError } from "../../base/index.ts";
import { dot, unitRows } from "../../base/unitRows.ts";
import { runtimeNeighbours } from "../../neighbours/index.ts";
import { procrustes } from "../../projection/procrustes.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { SpaceMessage } from "../backend.ts";
import { labelsTell } from "../labelsTell.ts";
import { neighboursShown, type SpaceProgressHead } from "../protocol.ts";
import { shownDims, threeAxes } from "./threeAxes.ts";

/** Points of a neighbourhood that a map is laid out by, the point itself among them; UMAP's default. */
const layoutNeighbours = 15;
/** Least milliseconds from one message of progress to the next. */
const progressMs = 100;

/** A checkpoint's embeddings, and what its space is compared with. */
export interface SpaceJob {
  readonly checkpoint: number;
  /** `[count, dim]`, two rows or more; of any length. */
  readonly embeddings: Float32Array;
  /** `[count]` */
  readonly labels: Int32Array;
  /** Whether the labels mean anything; default by {@link labelsTell}. */
  readonly labelled?: boolean;
  readonly dim: number;
  /** Those of the checkpoint before, of the same pictures; null at the first. */
  readonly former: Float32Array | null;
  /** The default checkpoint's positions, `pca` `[count, 3]` and `umap` `[count, 2]`, to turn to; null for none. */
  readonly reference: { readonly pca: Float32Array | null; readonly umap: Float32Array | null } | null;
}

/** Of each row the nearest others: distances are `1 - cosine`, nearest first, both `[count, k]`. */
export interface SpaceNeighbours {
  readonly indices: Uint32Array;
  readonly distances: Float32Array;
}

export interface SpaceWorkOptions {
  /** `part` from 0 to 1. */
  readonly onProgress: (part: number) => void;
  readonly signal?: AbortSignal;
}

/** What a map is laid out from; whoever lays it out takes what it needs. */
export interface LayoutInput {
  /** `[count, dim]`, of unit length. */
  readonly units: Float32Array;
  readonly dim: number;
  /** In the form of `umapPlan`: `[count, k]`, each point its own first neighbour, by cosine. Its `k` is `nNeighbors`. */
  readonly neighbours: {
    readonly count: number;
    readonly k: number;
    readonly indices: Uint32Array;
    readonly distances: Float32Array;
  };
  /** `[count, 2]`, the first two principal components: where to start from. */
  readonly start: Float32Array;
}

/** The parts of the work that depend on where it is done. */
export interface SpaceTools {
  /** The `k` nearest other rows of each; {@link neighboursBy} a runtime. */
  readonly neighbours: (
    units: Float32Array,
    dim: number,
    k: number,
    options: SpaceWorkOptions,
  ) => Promise<SpaceNeighbours>;
  /** UMAP: `[count, 2]`. */
  readonly layout: (input: LayoutInput, options: SpaceWorkOptions) => Promise<Float32Array>;
  readonly signal?: AbortSignal;
}

/** The search for neighbours on a runtime, exact. */
export function neighboursBy(runtime: Runtime): SpaceTools["neighbours"] {
  return (units, dim, k, { onProgress, signal }) =>
    runtimeNeighbours(runtime, units, units, dim, k, {
      metric: "cosine",
      selfIndex: (row) => row,
      onProgress: (done, total) => onProgress(done / total),
      signal,
    });
}

/**
 * The space of a checkpoint, told part by part as it is computed: `points`, `neighbours`, `umap` and `end`, with
 * `progress` in between.
 *
 * @throws InputError when there are fewer than 2 rows, an embedding is not finite or all zeros, or sizes do not fit.
 * @throws AbortedError when stopped by the signal.
 */
export async function buildSpace(
  job: SpaceJob,
  tools: SpaceTools,
  onMessage: (message: SpaceMessage) => void,
): Promise<void> {
  const { checkpoint, labels, dim, reference } = job;
  const { signal } = tools;
  const count = labels.length;
  requireRows(job);
  const during = (doing: string): SpaceWorkOptions => ({
    onProgress: paced((part) => onMessage({ head: { type: "progress", doing, part }, arrays: {} })),
    ...(signal ? { signal } : {}),
  });

  const units = unitRows(job.embeddings, dim);
  const referencePca = fitting(reference?.pca, count * shownDims);
  const { positions, mean, components, explained } = await threeAxes(units, dim, referencePca, signal);
  const drift = job.former ? driftFrom(units, unitRows(job.former, dim), dim) : new Float32Array(count);
  onMessage({
    head: { type: "points", checkpoint, count, dim, explained },
    arrays: { labels, pca: positions, mean, components, drift },
  });

  const searched = Math.min(Math.max(neighboursShown, layoutNeighbours - 1), count - 1);
  const found = await tools.neighbours(units, dim, searched, during("nearest neighbours"));
  const k = Math.min(neighboursShown, count - 1);
  const nearest = shownNeighbours(found, searched, k);
  onMessage({
    head: {
      ...{ type: "neighbours", checkpoint, k },
      knn1: labelsTell(job) ? nearestAccuracy(nearest.rows, labels, k) : null,
    },
    arrays: nearest,
  });

  const layout = await tools.layout(
    {
      units,
      dim,
      neighbours: withSelf(found, count, searched, Math.min(layoutNeighbours - 1, searched)),
      start: firstTwo(positions),
    },
    during("laying out the map"),
  );
  const referenceUmap = fitting(reference?.umap, count * 2);
  const umap = referenceUmap ? procrustes(layout, referenceUmap, count, 2) : layout;
  onMessage({ head: { type: "umap", checkpoint }, arrays: { umap } });
  onMessage({ head: { type: "end" }, arrays: {} });
}

/** The part of the rows whose nearest other one, the first of `k`, is of their class. */
export function nearestAccuracy(rows: Uint32Array, labels: Int32Array, k: number): number {
  let right = 0;
  for (let row = 0; row < labels.length; row++) if (labels[rows[row * k]!] === labels[row]) right++;
  return labels.length > 0 ? right / labels.length : 0;
}

function requireRows({ embeddings, former, labels, dim }: SpaceJob): void {
  const expected = labels.length * dim;
  for (const [name, rows] of [
    ["embeddings", embeddings],
    ["former embeddings", former ?? embeddings],
  ] as const) {
    if (rows.length !== expected) {
      throw new InputError(
        `the ${name} hold ${rows.length} numbers, expected ${labels.length} pictures x ${dim} = ${expected}`,
      );
    }
  }
  if (labels.length < 2) {
    throw new InputError(`the space of ${labels.length} pictures was asked for, expected 2 or more`);
  }
}

/** A reference of other pictures is none. */
function fitting(reference: Float32Array | null | undefined, length: number): Float32Array | null {
  return reference?.length === length ? reference : null;
}

function driftFrom(units: Float32Array, former: Float32Array, dim: number): Float32Array {
  const drift = new Float32Array(units.length / dim);
  for (let row = 0; row < drift.length; row++) {
    // Rounding can leave a hair below none.
    drift[row] = Math.max(0, 1 - dot(units, row * dim, former, row * dim, dim));
  }
  return drift;
}

function shownNeighbours(
  { indices, distances }: SpaceNeighbours,
  searched: number,
  k: number,
): { rows: Uint32Array; similarity: Float32Array } {
  const count = indices.length / searched;
  const rows = new Uint32Array(count * k);
  const similarity = new Float32Array(count * k);
  for (let row = 0; row < count; row++) {
    for (let rank = 0; rank < k; rank++) {
      rows[row * k + rank] = indices[row * searched + rank]!;
      similarity[row * k + rank] = 1 - distances[row * searched + rank]!;
    }
  }
  return { rows, similarity };
}

function withSelf(
  { indices, distances }: SpaceNeighbours,
  count: number,
  searched: number,
  others: number,
): LayoutInput["neighbours"] {
  const k = others + 1;
  const own = { count, k, indices: new Uint32Array(count * k), distances: new Float32Array(count * k) };
  for (let row = 0; row < count; row++) {
    own.indices[row * k] = row;
    for (let rank = 0; rank < others; rank++) {
      own.indices[row * k + rank + 1] = indices[row * searched + rank]!;
      own.distances[row * k + rank + 1] = Math.max(0, distances[row * searched + rank]!);
    }
  }
  return own;
}

function firstTwo(positions: Float32Array): Float32Array {
  const two = new Float32Array((positions.length / shownDims) * 2);
  for (let row = 0; row < two.length / 2; row++) {
    two[row * 2] = positions[row * shownDims]!;
    two[row * 2 + 1] = positions[row * shownDims + 1]!;
  }
  return two;
}

/** Reports of progress no more often than can be seen, the last one always. */
function paced(report: (part: SpaceProgressHead["part"]) => void): (part: number) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (part) => {
    const now = performance.now();
    if (part < 1 && now - last < progressMs) return;
    last = now;
    report(part);
  };
}
