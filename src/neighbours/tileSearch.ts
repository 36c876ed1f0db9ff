import { AbortedError, type TensorData } from "../base/index.ts";
import { buildGraph, input, integers, state, type Tensor } from "../graph/index.ts";
import { add, gather, gemm, mul, reduceMax, reshape, topK } from "../ops/index.ts";
import type { Program, Runtime, Store } from "../runtime/index.ts";
import { type BestGroups, groupSize } from "./exactGraph.ts";
import { groupsPerTile, tileSize } from "./tiles.ts";

/** Queries searched for at a time, of one cell: more of them have less in common, fewer cost more to start. */
export const queriesPerBlock = 64;

/** What a query of a block is known to have near it. */
export interface NearScores {
  /** The greatest scores, falling, `[queriesPerBlock, nearest]`. */
  readonly nearest: Float32Array;
  /** With all centres, `[queriesPerBlock, cells]`. */
  readonly centres: Float32Array;
}

export interface TileSearchSizes {
  readonly columns: number;
  readonly cells: number;
  /** Tiles, the empty one not counted. */
  readonly tiles: number;
  /** How many scores `near` finds. */
  readonly nearest: number;
  /** How many groups `find` finds. */
  readonly groups: number;
}

/** The search of a block of queries among some tiles, on a runtime. */
export class TileSearch {
  readonly #runtime: Runtime;
  readonly #store: Store;
  readonly #sizes: TileSearchSizes;
  readonly #steps: readonly number[];
  readonly #programs = new Map<string, Promise<Program>>();
  #disposed = false;

  private constructor(runtime: Runtime, store: Store, sizes: TileSearchSizes) {
    this.#runtime = runtime;
    this.#store = store;
    this.#sizes = sizes;
    this.#steps = stepsTo(
      sizes.tiles,
      Math.ceil(Math.max(sizes.groups / groupsPerTile, sizes.nearest / tileSize)),
    );
  }

  /**
   * @param tiles `[tiles + 1, tileSize * columns]`
   * @param centres `[cells, columns]`
   */
  static async create(
    runtime: Runtime,
    tiles: TensorData,
    centres: Float32Array,
    sizes: TileSearchSizes,
  ): Promise<TileSearch> {
    const shape = [sizes.cells, sizes.columns];
    const values = new Map<string, TensorData>([
      ["tiles", tiles],
      ["centres", { dtype: "float32", shape, data: centres }],
    ]);
    return new TileSearch(runtime, await runtime.createStore(values), sizes);
  }

  /** The tiles that a search among so many takes the time of. */
  paddedTo(tiles: number): number {
    return this.#steps.find((step) => step >= tiles)!;
  }

  /** @param queries `[queriesPerBlock, columns]`; given away */
  async near(queries: Float32Array, tiles: readonly number[]): Promise<NearScores> {
    const { nearest, cells } = await this.#run("near", queries, tiles);
    return { nearest: nearest!.data as Float32Array, centres: cells!.data as Float32Array };
  }

  /** @param queries `[queriesPerBlock, columns]`; given away */
  async find(queries: Float32Array, tiles: readonly number[]): Promise<BestGroups> {
    const { groups, scores } = await this.#run("find", queries, tiles);
    return { groups: groups!.data as BigInt64Array, scores: scores!.data as Float32Array };
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const compiled of await Promise.allSettled(this.#programs.values())) {
      if (compiled.status === "fulfilled") await compiled.value.dispose();
    }
    await this.#store.dispose();
  }

  async #run(kind: "near" | "find", queries: Float32Array, tiles: readonly number[]) {
    // Whoever stops a search does not wait for the blocks under way.
    if (this.#disposed) throw new AbortedError("stopped: this search was disposed");
    const padded = this.paddedTo(tiles.length);
    const name = `${kind}${padded}`;
    let program = this.#programs.get(name);
    if (!program) {
      program = this.#runtime.compile(
        buildGraph({ name, outputs: kind === "near" ? this.#near(padded) : this.#find(padded) }),
      );
      this.#programs.set(name, program);
    }
    const wanted = BigInt64Array.from({ length: padded }, (_, i) => BigInt(tiles[i] ?? this.#sizes.tiles));
    return (await program).run(
      {
        queries: { dtype: "float32", shape: [queriesPerBlock, this.#sizes.columns], data: queries },
        wanted: { dtype: "int64", shape: [padded], data: wanted },
      },
      { store: this.#store, transfer: true },
    );
  }

  #near(padded: number): Record<string, Tensor> {
    const { cells: count, columns, nearest } = this.#sizes;
    const { queries, scores } = this.#scores(padded);
    const held = state("centres", [count, columns]);
    return { nearest: topK(scores, nearest).values, cells: gemm(queries, held, null, { transB: 1 }) };
  }

  #find(padded: number): Record<string, Tensor> {
    const { groups } = this.#sizes;
    const { wanted, scores } = this.#scores(padded);
    const perRow = padded * groupsPerTile;
    const maxima = reduceMax(reshape(scores, [queriesPerBlock, perRow, groupSize]), [2]);
    const { indices } = topK(maxima, groups);
    const firsts = Array.from({ length: queriesPerBlock }, (_, row) => row * perRow);
    const places = add(indices, reshape(integers(firsts), [queriesPerBlock, 1]));
    const members = gather(reshape(scores, [queriesPerBlock * perRow, groupSize]), places);
    const starts = mul(reshape(wanted, [padded, 1]), integers([groupsPerTile]));
    const numbers = add(starts, integers(Array.from({ length: groupsPerTile }, (_, i) => i)));
    return { groups: gather(reshape(numbers, [perRow]), indices), scores: members };
  }

  #scores(padded: number): { queries: Tensor; wanted: Tensor; scores: Tensor } {
    const { columns, tiles } = this.#sizes;
    const queries = input("queries", [queriesPerBlock, columns]);
    const wanted = input("wanted", [padded], "int64");
    const held = state("tiles", [tiles + 1, tileSize * columns]);
    const chosen = reshape(gather(held, wanted), [padded * tileSize, columns]);
    return { queries, wanted, scores: gemm(queries, chosen, null, { transB: 1 }) };
  }
}

/** Sizes of which each has a program of its own: an eighth to a quarter apart, so that little is searched in vain. */
function stepsTo(tiles: number, fewest: number): number[] {
  const least = Math.max(4, fewest);
  const most = Math.max(tiles, least);
  const steps: number[] = [];
  for (let step = least; step < most; step = Math.ceil(step * 1.25)) steps.push(step);
  return [...steps, most];
}
