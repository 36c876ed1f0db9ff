import { availableParallelism } from "node:os";
import { InputError } from "../../../base/index.ts";
import { Pacer } from "../../../base/pacer.ts";
import { requireComparableRows } from "../../../neighbours/rows.ts";
import { type UmapOptions, umapSettings } from "../../../projection/index.ts";
import type { DeviceName } from "../ort/devices.ts";
import { runUmapTask, type UmapRunOptions } from "./umapClient.ts";
import { type FittedSpace, sharedFloats } from "./umapProtocol.ts";

export type { UmapRunOptions } from "./umapClient.ts";
export type { UmapProgress } from "./umapProtocol.ts";

/** Numbers copied between two looks at the clock. */
const copiedAtOnce = 2 ** 16;

export interface FitUmapOptions extends UmapOptions, UmapRunOptions {
  /** Threads that lay the map out, which is the same for any number; default one for each processor. */
  readonly threads?: number | undefined;
  /** Search for neighbours among the first so many principal components. Default: in the vectors as they are. */
  readonly pcaDims?: number | undefined;
  /** Where neighbours are searched for; default as `nodeRuntime`. */
  readonly device?: DeviceName | undefined;
}

/** A fitted map. */
export interface UmapMap {
  /** Where each vector is, `[count, 2]`. */
  readonly positions: Float32Array;
  /**
   * Where new vectors would be, `[new, 2]`: near their nearest fitted ones, which stay.
   *
   * @param newVectors `[new, dim]`, of the fitted vectors' dim
   * @throws InputError when the vectors do not fit, or hold NaN (the row is named).
   * @throws AbortedError when stopped by `options.signal`.
   */
  transform(newVectors: Float32Array, options?: UmapRunOptions): Promise<Float32Array>;
}

/**
 * Maps vectors to the plane by UMAP, from their exact nearest neighbours: near vectors stay near each other.
 *
 * All work is done in threads, so the event loop stays free. The layout starts from the first two principal components.
 *
 * @param vectors `[count, dim]`; copied
 * @param options defaults are umap-learn's: 15 neighbours, `minDist` 0.1, euclidean, 500 epochs up to 10,000 vectors, else 200
 * @throws InputError before any work when there are fewer vectors than neighbours, an option is out of range, or a
 * vector is not finite (its row is named).
 * @throws AbortedError when stopped by `options.signal`.
 * @see McInnes, Healy and Melville, "UMAP" (2018), https://arxiv.org/abs/1802.03426
 */
export async function fitUmap(
  vectors: Float32Array,
  dim: number,
  options: FitUmapOptions = {},
): Promise<UmapMap> {
  const { nNeighbors, minDist, spread, nEpochs, seed, metric, pcaDims, device } = options;
  const umapOptions: UmapOptions = { nNeighbors, minDist, spread, nEpochs, seed, metric };
  requireRows(vectors, dim);
  const count = vectors.length / dim;
  umapSettings(count, umapOptions);
  requirePcaDims(pcaDims, count, dim);
  const threads = requireThreads(options.threads ?? availableParallelism());
  const positions = sharedFloats(count * 2);
  const fitted = await runUmapTask(
    {
      type: "fit",
      vectors: await checkedCopy(vectors, dim, "embeddings", metric, options.signal),
      dim,
      options: umapOptions,
      device,
      positions,
      pcaDims,
      threads,
    },
    options,
  );
  return new FittedMap(fitted!, dim, positions, umapOptions, device);
}

class FittedMap implements UmapMap {
  readonly positions: Float32Array;
  readonly #fitted: FittedSpace;
  readonly #dim: number;
  /** The same on shared memory, which callers are not given: they might post it, or write to it. */
  readonly #map: Float32Array;
  readonly #options: UmapOptions;
  readonly #device: DeviceName | undefined;

  constructor(
    fitted: FittedSpace,
    dim: number,
    map: Float32Array,
    options: UmapOptions,
    device: DeviceName | undefined,
  ) {
    this.positions = new Float32Array(map);
    this.#fitted = fitted;
    this.#dim = dim;
    this.#map = map;
    this.#options = options;
    this.#device = device;
  }

  async transform(newVectors: Float32Array, options: UmapRunOptions = {}): Promise<Float32Array> {
    const dim = this.#dim;
    requireRows(newVectors, dim);
    const vectors = await checkedCopy(newVectors, dim, "new vectors", this.#options.metric, options.signal);
    const positions = sharedFloats((newVectors.length / dim) * 2);
    if (positions.length > 0) {
      await runUmapTask(
        {
          type: "transform",
          vectors,
          dim,
          options: this.#options,
          device: this.#device,
          positions,
          fitted: this.#fitted,
          map: this.#map,
        },
        options,
      );
    }
    return new Float32Array(positions);
  }
}

function requireRows(vectors: Float32Array, dim: number): void {
  if (Number.isInteger(dim) && dim >= 1 && vectors.length % dim === 0) return;
  throw new InputError(`${vectors.length} numbers were given, expected rows of dim ${dim}`);
}

/** Fewest principal components that a map can be made of, which has two dimensions. */
export const leastPcaDims = 2;

function requirePcaDims(pcaDims: number | undefined, count: number, dim: number): void {
  const most = Math.min(count, dim);
  if (pcaDims === undefined || (Number.isInteger(pcaDims) && pcaDims >= leastPcaDims && pcaDims <= most))
    return;
  throw new InputError(
    `pcaDims is ${pcaDims}, expected an integer from ${leastPcaDims} to ${most} for ${count} vectors of dim ${dim}`,
  );
}

function requireThreads(threads: number): number {
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new InputError(`threads is ${threads}, expected an integer from 1`);
}

/** The vectors on shared memory, each found finite, and none zero where only directions count. */
async function checkedCopy(
  vectors: Float32Array,
  dim: number,
  name: string,
  metric: UmapOptions["metric"],
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const pacer = new Pacer(signal);
  pacer.throwIfAborted();
  const copy = sharedFloats(vectors.length);
  const count = vectors.length / dim;
  const rows = Math.ceil(copiedAtOnce / dim);
  for (let from = 0; from < count; from += rows) {
    const to = Math.min(from + rows, count);
    requireComparableRows(vectors, dim, name, metric ?? "euclidean", from, to);
    copy.set(vectors.subarray(from * dim, to * dim), from * dim);
    if (pacer.due()) await pacer.pause();
  }
  return copy;
}
