import type { TensorData } from "../base/index.ts";
import { buildGraph, type InputTensor, input, integers, state } from "../graph/index.ts";
import { add, gather, gemm, reduceMax, reshape, topK } from "../ops/index.ts";
import type { Program, Runtime, Store } from "../runtime/index.ts";

/** References that follow each other and are told apart only once their group is chosen. */
export const groupSize = 16;
/** What a block of scores takes at most. Many rows pay more than a block that a cache can hold: measured, 256 rows of
 * 42,000 scores take two thirds of the time of 4 blocks of 64. */
const blockBytes = 48 * 2 ** 20;
const mostRows = 256;
const fewestRows = 16;

/** Where a group has no reference. */
export const noReference = 0xffffffff;

/** How many queries are searched for at a time. */
export function searchRows(queries: number, references: number): number {
  const fitting = Math.floor(blockBytes / (4 * references));
  return Math.min(queries, Math.max(fewestRows, Math.min(mostRows, fitting)));
}

/** Of each query the groups of references with the greatest scores, greatest first. */
export interface BestGroups {
  /** Which groups, `[rows, groups]`; group g is the references in the places from `g * groupSize`. */
  readonly groups: BigInt64Array;
  /** The scores of their members, `[rows, groups, groupSize]`. */
  readonly scores: Float32Array;
}

/** The part of a search for neighbours in which nearly all the arithmetic is, on a runtime. */
export class GroupSearch {
  readonly #program: Program;
  readonly #store: Store;
  readonly #rows: number;
  readonly #columns: number;

  private constructor(program: Program, store: Store, rows: number, columns: number) {
    this.#program = program;
    this.#store = store;
    this.#rows = rows;
    this.#columns = columns;
  }

  /**
   * @param references `[count, columns]`
   * @param rows queries in a block
   * @param wanted groups to find for each query
   */
  static async create(
    runtime: Runtime,
    references: Float32Array,
    columns: number,
    rows: number,
    wanted: number,
  ): Promise<GroupSearch> {
    const count = references.length / columns;
    const groupCount = Math.ceil(count / groupSize);
    const queries = input("queries", [rows, columns]);
    const turned = state("references", [columns, groupCount * groupSize]);
    const scores = gemm(queries, turned, null);
    const maxima = reduceMax(reshape(scores, [rows, groupCount, groupSize]), [2]);
    const { indices } = topK(maxima, wanted);
    const firsts = Array.from({ length: rows }, (_, row) => row * groupCount);
    const places = add(indices, reshape(integers(firsts), [rows, 1]));
    const members = gather(reshape(scores, [rows * groupCount, groupSize]), places);
    const program = await runtime.compile(
      buildGraph({ name: "neighbours", outputs: { groups: indices, scores: members } }),
    );
    const values = new Map([["references", columnsOf(references, columns, turned)]]);
    return new GroupSearch(program, await runtime.createStore(values), rows, columns);
  }

  /** Of the queries from row `start`; rows beyond the last query are of no meaning. */
  async find(queries: Float32Array, start: number): Promise<BestGroups> {
    const rows = this.#rows;
    const data = new Float32Array(rows * this.#columns);
    data.set(queries.subarray(start * this.#columns, (start + rows) * this.#columns));
    const { groups, scores } = await this.#program.run(
      { queries: { dtype: "float32", shape: [rows, this.#columns], data } },
      { store: this.#store, transfer: true },
    );
    return { groups: groups!.data as BigInt64Array, scores: scores!.data as Float32Array };
  }

  async dispose(): Promise<void> {
    await this.#program.dispose();
    await this.#store.dispose();
  }
}

/** Which reference is in each place of the groups: the same, but for those that fill up the last group. */
export function idsInOrder(count: number): Uint32Array {
  const ids = new Uint32Array(Math.ceil(count / groupSize) * groupSize);
  for (let i = 0; i < ids.length; i++) ids[i] = i < count ? i : noReference;
  return ids;
}

/** The references transposed; the last group is filled up with its last member, which changes no maximum. */
function columnsOf(references: Float32Array, columns: number, turned: InputTensor): TensorData {
  const size = turned.shape[1]!;
  const last = references.length / columns - 1;
  const data = new Float32Array(columns * size);
  for (let i = 0; i < size; i++) {
    const from = Math.min(i, last) * columns;
    for (let column = 0; column < columns; column++) data[column * size + i] = references[from + column]!;
  }
  return { dtype: "float32", shape: [columns, size], data };
}
