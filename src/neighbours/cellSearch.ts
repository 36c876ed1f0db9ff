import { Rng } from "../base/index.ts";
import type { Pacer } from "../base/pacer.ts";
import type { Runtime } from "../runtime/index.ts";
import { boundCells, type CellBounds, type CellOrder, markCells, orderByCell } from "./cells.ts";
import { type CentredRows, CentreScores, findCentres, queryRows } from "./centres.ts";
import type { BestGroups } from "./exactGraph.ts";
import { type ScoredRows, scoreRounding } from "./rows.ts";
import { type NearScores, queriesPerBlock, TileSearch } from "./tileSearch.ts";
import { type Tiles, tileRows, tileSize, tilesOf } from "./tiles.ts";

/** References that a query is first compared with, at least, to know how far its neighbours can be. */
const nearReferences = 256;
/** Blocks by which the work that is left is judged. */
const probedBlocks = 24;

/** Queries of one cell. */
export interface QueryBlock {
  readonly cell: number;
  readonly queries: Uint32Array;
}

export interface CellSearchPlan {
  readonly cells: number;
  /** How many of the nearest are wanted, the query itself among them where it is a reference. */
  readonly nearest: number;
  /** Groups to find for each query. */
  readonly groups: number;
}

/**
 * A search for neighbours that leaves out what cannot be near: references lie in the cells of k-means centres, a few of
 * them near a query say how far its k-th neighbour can be at most, and cells that the triangle inequality proves to be
 * further are not looked into.
 */
export class CellSearch {
  readonly blocks: readonly QueryBlock[];
  readonly ids: Uint32Array;
  readonly #queries: CentredRows;
  readonly #tiles: Tiles;
  readonly #bounds: CellBounds;
  readonly #search: TileSearch;
  readonly #near: readonly (readonly number[])[];
  readonly #plan: CellSearchPlan;

  private constructor(
    rows: ScoredRows,
    order: CellOrder,
    tiles: Tiles,
    bounds: CellBounds,
    search: TileSearch,
    plan: CellSearchPlan,
    sizes: Uint32Array,
  ) {
    this.#queries = { values: rows.queries, columns: rows.columns };
    this.#tiles = tiles;
    this.#bounds = bounds;
    this.#search = search;
    this.#plan = plan;
    this.ids = tiles.ids;
    this.blocks = blocksOf(order);
    this.#near = nearTiles(bounds, tiles, sizes, Math.max(plan.nearest, nearReferences));
  }

  static async create(
    runtime: Runtime,
    rows: ScoredRows,
    same: boolean,
    plan: CellSearchPlan,
    pacer: Pacer,
  ): Promise<CellSearch> {
    const { columns } = rows;
    const references = { values: rows.references, columns };
    const centres = await findCentres(
      runtime,
      references,
      plan.cells,
      Rng.of(0, "neighbours", "cells"),
      pacer,
    );
    const scores = await CentreScores.create(runtime, columns, centres, pacer);
    try {
      const { order, bounds } = await boundCells(scores, references, centres);
      const queryOrder = same ? order : await orderByCell(scores, { values: rows.queries, columns });
      const tiles = tilesOf(order);
      const sizes = { columns, tiles: tiles.count, ...plan };
      const search = await TileSearch.create(runtime, tileRows(tiles, references), centres, sizes);
      const counts = order.starts.subarray(1).map((end, cell) => end - order.starts[cell]!);
      return new CellSearch(rows, queryOrder, tiles, bounds, search, plan, counts);
    } finally {
      await scores.dispose();
    }
  }

  /** The part of all pairs that this search scores, by a few blocks spread over all. */
  async share(): Promise<number> {
    const step = Math.max(1, Math.floor(this.blocks.length / probedBlocks));
    let scored = 0;
    let queries = 0;
    for (let at = Math.floor(step / 2); at < this.blocks.length; at += step) {
      const block = this.blocks[at]!;
      scored += this.scoredBy(await this.tilesFor(block));
      queries += block.queries.length;
    }
    return scored / (queries * this.#tiles.count * tileSize);
  }

  /** Pairs that a search among so many tiles scores. */
  scoredBy(tiles: readonly number[]): number {
    return this.#search.paddedTo(tiles.length) * tileSize * queriesPerBlock;
  }

  /** The tiles that may hold neighbours of a block's queries. */
  async tilesFor(block: QueryBlock): Promise<number[]> {
    const near = await this.#search.near(this.#rowsOf(block), this.#near[block.cell]!);
    return this.#tilesOf(this.#marked(block, near));
  }

  find(block: QueryBlock, tiles: readonly number[]): Promise<BestGroups> {
    return this.#search.find(this.#rowsOf(block), tiles);
  }

  dispose(): Promise<void> {
    return this.#search.dispose();
  }

  #rowsOf({ queries }: QueryBlock): Float32Array {
    const { values, columns } = this.#queries;
    return queryRows(values, columns, queriesPerBlock, (row) => queries[row] ?? Number.POSITIVE_INFINITY);
  }

  #marked({ cell, queries }: QueryBlock, { nearest, centres }: NearScores): Uint8Array {
    const { cells, nearest: wanted } = this.#plan;
    const { values, columns } = this.#queries;
    const rounding = scoreRounding(columns);
    const marked = new Uint8Array(cells);
    for (let row = 0; row < queries.length; row++) {
      let squares = 0;
      const from = queries[row]! * columns;
      for (let at = from; at < from + columns - 1; at++) squares += values[at]! * values[at]!;
      const least = nearest[(row + 1) * wanted - 1]!;
      // As much again as the score may be wrong by is what the last neighbour may be tied within.
      const reach = Math.sqrt(Math.max(0, squares - 2 * least) + 8 * rounding);
      markCells(this.#bounds, cell, centres, row * cells, reach, 4 * rounding, marked);
    }
    return marked;
  }

  #tilesOf(marked: Uint8Array): number[] {
    const { starts } = this.#tiles;
    const tiles: number[] = [];
    for (let cell = 0; cell < marked.length; cell++) {
      if (marked[cell] === 0) continue;
      for (let tile = starts[cell]!; tile < starts[cell + 1]!; tile++) tiles.push(tile);
    }
    return tiles;
  }
}

function blocksOf({ rows, starts }: CellOrder): QueryBlock[] {
  const blocks: QueryBlock[] = [];
  for (let cell = 0; cell + 1 < starts.length; cell++) {
    const [start, end] = [starts[cell]!, starts[cell + 1]!];
    const parts = Math.ceil((end - start) / queriesPerBlock);
    for (let part = 0; part < parts; part++) {
      const at = (i: number): number => start + Math.floor(((end - start) * i) / parts);
      blocks.push({ cell, queries: rows.subarray(at(part), at(part + 1)) });
    }
  }
  return blocks;
}

/** Tiles of each cell itself and of those next to it, until they hold so many references. */
function nearTiles({ apart }: CellBounds, tiles: Tiles, sizes: Uint32Array, wanted: number): number[][] {
  const cells = sizes.length;
  return Array.from({ length: cells }, (_, cell) => {
    const row = apart.subarray(cell * cells, (cell + 1) * cells);
    const byDistance = Array.from(row.keys()).sort((a, b) => row[a]! - row[b]! || a - b);
    const near: number[] = [];
    let held = 0;
    for (const other of byDistance) {
      if (held >= wanted) break;
      for (let tile = tiles.starts[other]!; tile < tiles.starts[other + 1]!; tile++) near.push(tile);
      held += sizes[other]!;
    }
    return near;
  });
}
