import type { Rng } from "../base/index.ts";
import type { Pacer } from "../base/pacer.ts";
import { buildGraph, input, state } from "../graph/index.ts";
import { gemm } from "../ops/index.ts";
import type { Program, Runtime, Store } from "../runtime/index.ts";

/** Rows scored at a time. */
const rowsAtOnce = 512;
/** Blocks on their way to the device, so that it computes one while this thread reads another. */
const blocksAhead = 3;
/** Points of each cell, on average, that its centre is moved by. */
const sampledPerCell = 32;
/** Rounds of Lloyd's algorithm: measured on embeddings, more of them prune no more. */
const rounds = 4;

/** Rows `[count, columns]` of which the last column is what a query multiplies by 1. */
export interface CentredRows {
  readonly values: Float32Array;
  readonly columns: number;
}

/** `x . c - |c|^2 / 2` of rows against the centres of cells, the greatest being the nearest, on a runtime. */
export class CentreScores {
  readonly cells: number;
  readonly #program: Program;
  readonly #store: Store;
  readonly #columns: number;
  readonly #pacer: Pacer;

  private constructor(program: Program, store: Store, columns: number, cells: number, pacer: Pacer) {
    this.#program = program;
    this.#store = store;
    this.#columns = columns;
    this.#pacer = pacer;
    this.cells = cells;
  }

  static async create(
    runtime: Runtime,
    columns: number,
    centres: Float32Array,
    pacer: Pacer,
  ): Promise<CentreScores> {
    const cells = centres.length / columns;
    const rows = input("rows", [rowsAtOnce, columns]);
    const held = state("centres", [cells, columns]);
    const program = await runtime.compile(
      buildGraph({ name: "centres", outputs: { scores: gemm(rows, held, null, { transB: 1 }) } }),
    );
    const values = new Map([["centres", centreData(centres, columns)]]);
    return new CentreScores(program, await runtime.createStore(values), columns, cells, pacer);
  }

  write(centres: Float32Array): Promise<void> {
    return this.#store.write(new Map([["centres", centreData(centres, this.#columns)]]));
  }

  /** Visits each row in order with its scores, `scores[from]` to `scores[from + cells - 1]`. */
  async visit(
    { values, columns }: CentredRows,
    visit: (row: number, scores: Float32Array, from: number) => void,
  ): Promise<void> {
    const count = values.length / columns;
    const coming: Promise<Float32Array>[] = [];
    let sent = 0;
    for (let start = 0; start < count; start += rowsAtOnce) {
      for (; sent < count && coming.length < blocksAhead; sent += rowsAtOnce) {
        const scores = this.#scores(values, sent);
        // It is awaited below, unless an earlier block fails: then nobody is left to hear of this one.
        scores.catch(() => undefined);
        coming.push(scores);
      }
      const scores = await coming.shift()!;
      const end = Math.min(start + rowsAtOnce, count);
      for (let row = start; row < end; row++) visit(row, scores, (row - start) * this.cells);
      if (this.#pacer.due()) await this.#pacer.pause();
    }
  }

  async dispose(): Promise<void> {
    await this.#program.dispose();
    await this.#store.dispose();
  }

  async #scores(values: Float32Array, start: number): Promise<Float32Array> {
    const data = queryRows(values, this.#columns, rowsAtOnce, (row) => start + row);
    const rows = { dtype: "float32" as const, shape: [rowsAtOnce, this.#columns], data };
    const { scores } = await this.#program.run({ rows }, { store: this.#store, transfer: true });
    return scores!.data as Float32Array;
  }
}

function centreData(data: Float32Array, columns: number) {
  // A copy: the device may take the buffer for its own.
  return { dtype: "float32" as const, shape: [data.length / columns, columns], data: data.slice() };
}

/** The rows named, as queries: the last column is 1. Rows beyond the last are zeros. */
export function queryRows(
  values: Float32Array,
  columns: number,
  rows: number,
  which: (row: number) => number,
): Float32Array {
  const data = new Float32Array(rows * columns);
  const count = values.length / columns;
  for (let row = 0; row < rows; row++) {
    const from = which(row);
    if (from >= count) continue;
    data.set(values.subarray(from * columns, (from + 1) * columns), row * columns);
    data[(row + 1) * columns - 1] = 1;
  }
  return data;
}

/**
 * Centres of cells by k-means on a sample: Lloyd's algorithm from points drawn at random.
 *
 * @returns `[cells, columns]`, the last column `-|c|^2 / 2`
 */
export async function findCentres(
  runtime: Runtime,
  rows: CentredRows,
  cells: number,
  rng: Rng,
  pacer: Pacer,
): Promise<Float32Array> {
  const { values, columns } = rows;
  const count = values.length / columns;
  const sampled = Math.min(count, cells * sampledPerCell);
  const drawn = rng.permutation(count).subarray(0, sampled);
  const sample = new Float32Array(sampled * columns);
  for (let i = 0; i < sampled; i++) {
    sample.set(values.subarray(drawn[i]! * columns, (drawn[i]! + 1) * columns), i * columns);
  }
  const centres = sample.slice(0, cells * columns);
  const scores = await CentreScores.create(runtime, columns, centres, pacer);
  try {
    for (let round = 0; round < rounds; round++) {
      const sums = new Float64Array(cells * columns);
      const sizes = new Uint32Array(cells);
      await scores.visit({ values: sample, columns }, (row, found, from) => {
        const cell = greatest(found, from, cells);
        sizes[cell]!++;
        for (let i = 0; i < columns - 1; i++) sums[cell * columns + i]! += sample[row * columns + i]!;
      });
      moveCentres(centres, columns, sums, sizes);
      await scores.write(centres);
    }
  } finally {
    await scores.dispose();
  }
  return centres;
}

/** To the means; the centre of an empty cell stays. */
function moveCentres(centres: Float32Array, columns: number, sums: Float64Array, sizes: Uint32Array): void {
  for (let cell = 0; cell < sizes.length; cell++) {
    if (sizes[cell] === 0) continue;
    let squares = 0;
    for (let at = cell * columns; at < (cell + 1) * columns - 1; at++) {
      centres[at] = sums[at]! / sizes[cell]!;
      squares += centres[at]! * centres[at]!;
    }
    centres[(cell + 1) * columns - 1] = -squares / 2;
  }
}

/** Which of the cells has the greatest score, the first of equals. */
export function greatest(scores: Float32Array, from: number, cells: number): number {
  let best = 0;
  let most = scores[from]!;
  for (let cell = 1; cell < cells; cell++) {
    if (scores[from + cell]! > most) [best, most] = [cell, scores[from + cell]!];
  }
  return best;
}
