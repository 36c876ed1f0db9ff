import { Pacer } from "../../base/pacer.ts";
import { fitPca, Layout, type Neighbours, transformPca, umapPlan } from "../../projection/index.ts";
import { centre, procrustes } from "../../projection/procrustes.ts";

/** A sample's embeddings at the snapshots of a training. */
export interface EmbeddingSeries {
  readonly count: number;
  readonly dim: number;
  /** `[count, dim]` of each snapshot, rows of unit length. */
  readonly snapshots: readonly Float32Array[];
}

/** Where the points of a film are at each snapshot. */
export interface FilmPath {
  readonly count: number;
  readonly dims: 2 | 3;
  /** `[count, dims]` of each snapshot; nearly all of it within 1 of the origin. */
  readonly places: readonly Float32Array[];
}

export interface PathOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Points so far out as to be rarer than this do not decide how large the rest is drawn. */
const outliers = 0.005;

/**
 * The path through three dimensions that one PCA of all snapshots gives: the same three directions from beginning to
 * end, so that nothing turns or flips but by the training itself. Each snapshot is centred, as its mean drifts.
 */
export async function pcaPath(series: EmbeddingSeries, options: PathOptions = {}): Promise<FilmPath> {
  const { count, dim, snapshots } = series;
  const all = new Float32Array(snapshots.length * count * dim);
  for (const [i, snapshot] of snapshots.entries()) {
    const mean = centre(snapshot, count, dim);
    for (let at = 0; at < snapshot.length; at++) {
      all[i * count * dim + at] = snapshot[at]! - mean[at % dim]!;
    }
  }
  const signal = options.signal ? { signal: options.signal } : {};
  const model = await fitPca(all, snapshots.length * count, dim, 3, signal);
  const projected = await transformPca(model, all, snapshots.length * count, signal);
  const places = snapshots.map((_, i) => projected.slice(i * count * 3, (i + 1) * count * 3));
  return { count, dims: 3, places: fitted(places, 3) };
}

export interface UmapPathOptions extends PathOptions {
  /** The nearest neighbours of the points of a snapshot, each point its own first. */
  readonly neighbours: (snapshot: number) => Promise<Neighbours>;
  readonly seed: number;
}

/** Rounds of the first map's layout, and of those that start from the one before and have less to do. */
const firstEpochs = 500;
const nextEpochs = 100;

/**
 * The learning rate that the later layouts begin with, that of the first being 1. At 1, two maps of the very same
 * embeddings would lie as far apart as if the network had learned something in between.
 */
const nextRate = 0.25;

/**
 * The path through the plane that a UMAP of each snapshot gives. Each map starts from the one before, whose order it
 * keeps where the neighbourhoods stay, and is then turned to lie on it as well as it can.
 */
export async function umapPath(series: EmbeddingSeries, options: UmapPathOptions): Promise<FilmPath> {
  const { count, dim, snapshots } = series;
  const { seed, neighbours, signal } = options;
  const pacer = new Pacer(signal);
  const model = await fitPca(snapshots[0]!, count, dim, 2, signal ? { signal } : {});
  let before = await transformPca(model, snapshots[0]!, count, signal ? { signal } : {});
  const places: Float32Array[] = [];
  for (const i of snapshots.keys()) {
    const near = await neighbours(i);
    const nEpochs = i === 0 ? firstEpochs : nextEpochs;
    const plan = umapPlan(near, before, { seed, nEpochs, nNeighbors: near.k, metric: "cosine" });
    // After the first, from just where the points are, which are moved by smaller steps.
    const layout = new Layout(
      i === 0 ? plan : { ...plan, positions: before.slice(), learningRate: nextRate },
    );
    while (!layout.done) {
      layout.step();
      if (pacer.due()) await pacer.pause();
    }
    const map = layout.positions;
    before = i === 0 ? map : procrustes(map, before, count, 2);
    places.push(before);
    options.onProgress?.(i + 1, snapshots.length);
  }
  return { count, dims: 2, places: fitted(places, 2) };
}

/** Moved and scaled, all by the same amounts, to be as large as fits into the unit circle or sphere. */
function fitted(places: readonly Float32Array[], dims: number): Float32Array[] {
  const last = places.at(-1)!;
  const middle = centre(last, last.length / dims, dims);
  const distances = places.flatMap((place) => {
    const found: number[] = [];
    for (let at = 0; at < place.length; at += dims) {
      let squares = 0;
      for (let axis = 0; axis < dims; axis++) squares += (place[at + axis]! - middle[axis]!) ** 2;
      found.push(Math.sqrt(squares));
    }
    return found;
  });
  distances.sort((a, b) => a - b);
  const radius = distances[Math.floor((distances.length - 1) * (1 - outliers))]!;
  const scale = radius > 0 ? 1 / radius : 1;
  return places.map((place) => place.map((value, at) => (value - middle[at % dims]!) * scale));
}
