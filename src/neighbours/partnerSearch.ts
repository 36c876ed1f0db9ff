import type { Pacer } from "../base/pacer.ts";
import { dot } from "../base/unitRows.ts";
import { buildGraph, input, state } from "../graph/index.ts";
import { gemm, reduceMax, reshape, topK } from "../ops/index.ts";
import type { Program, Runtime, Values } from "../runtime/index.ts";

/** Places that follow each other and are told apart only when their group is looked into. */
const groupSize = 16;
/** Groups listed for each place: as many partners may be used up before it has to be looked at again. */
const listed = 8;
/** Queries, and references, compared in one run: 4 MiB of scores, which a cache can hold. */
const mostQueries = 256;
const mostReferences = 4096;
/** Taken from the score of what is no partner, so that it is behind all that are. */
const penalty = 4;
/** What is below no score can be. */
const noScore = -2;
/** Runs on their way to the device, so that it computes one while this thread reads another. */
const ahead = 4;
/** What float32 may add to or take from a score. */
const rounding = 2e-6;

/** Places `start` to `end`, and the places `from` to `to` that are partners of each of them. */
export interface PartnerRange {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** What is known of a place's best partner that is not used. */
export interface BestPartner {
  /** -1 where none is listed. */
  readonly partner: number;
  /** -Infinity where none is. */
  readonly score: number;
  /** What a partner that is not listed may score at most; -Infinity where all are. */
  readonly beyond: number;
}

/** The search for each place's partners of the greatest score, `sign * cosine`, on a runtime. */
export class PartnerSearch {
  /** Places that have partners. */
  readonly places: readonly number[];
  readonly #runtime: Runtime;
  readonly #program: Program | null;
  readonly #dim: number;
  readonly #sign: 1 | -1;
  readonly #queries: number;
  readonly #references: number;
  /** `[places, dim]` in the order of places. */
  readonly #rows: Float32Array;
  readonly #ranges: readonly PartnerRange[];
  readonly #rangeOf: Uint32Array;
  /** First places of the groups that may hold the best partners, `[places, listed]`, by falling bound; -1 for none. */
  readonly #groups: Int32Array;
  readonly #bounds: Float32Array;

  private constructor(
    runtime: Runtime,
    program: Program | null,
    rows: Float32Array,
    dim: number,
    sign: 1 | -1,
    ranges: readonly PartnerRange[],
    sizes: { readonly queries: number; readonly references: number },
  ) {
    this.#runtime = runtime;
    this.#program = program;
    this.#rows = rows;
    this.#dim = dim;
    this.#sign = sign;
    this.#ranges = ranges;
    this.#queries = sizes.queries;
    this.#references = sizes.references;
    const count = rows.length / dim;
    this.#rangeOf = new Uint32Array(count);
    this.#groups = new Int32Array(count * listed);
    this.#bounds = new Float32Array(count * listed);
    const places: number[] = [];
    for (const [number, { start, end, from, to }] of ranges.entries()) {
      this.#rangeOf.fill(number, start, end);
      for (let place = start; place < end && to > from; place++) places.push(place);
    }
    this.places = places;
  }

  /**
   * @param units `[count, dim]`, of unit length
   * @param order the row in each place
   * @param ranges of all places, in order
   */
  static async create(
    runtime: Runtime,
    units: Float32Array,
    dim: number,
    order: Uint32Array,
    ranges: readonly PartnerRange[],
    sign: 1 | -1,
  ): Promise<PartnerSearch> {
    const rows = new Float32Array(units.length);
    for (const [place, row] of order.entries()) {
      rows.set(units.subarray(row * dim, (row + 1) * dim), place * dim);
    }
    const widest = ranges.reduce((most, { from, to }) => Math.max(most, to - from), 0);
    const longest = ranges.reduce((most, { start, end }) => Math.max(most, end - start), 0);
    const groups = Math.ceil(Math.min(mostReferences, widest) / groupSize);
    const sizes = { queries: Math.min(mostQueries, longest), references: groups * groupSize };
    if (groups === 0) return new PartnerSearch(runtime, null, rows, dim, sign, ranges, sizes);
    const queries = input("queries", [sizes.queries, dim + 1]);
    const references = state("references", [sizes.references, dim + 1]);
    const scores = gemm(queries, references, null, { transB: 1 });
    const maxima = reduceMax(reshape(scores, [sizes.queries, groups, groupSize]), [2]);
    const { values, indices } = topK(maxima, Math.min(listed, groups));
    const graph = buildGraph({ name: "partners", outputs: { bounds: values, groups: indices } });
    return new PartnerSearch(runtime, await runtime.compile(graph), rows, dim, sign, ranges, sizes);
  }

  /** Lists anew the groups in which the best unused partners of these places (ascending) are. */
  async list(places: readonly number[], used: Uint8Array, pacer: Pacer): Promise<void> {
    for (const place of places) {
      this.#groups.fill(-1, place * listed, (place + 1) * listed);
      this.#bounds.fill(Number.NEGATIVE_INFINITY, place * listed, (place + 1) * listed);
    }
    for (let at = 0; at < places.length; ) {
      const range = this.#ranges[this.#rangeOf[places[at]!]!]!;
      let end = at;
      while (end < places.length && places[end]! < range.end) end++;
      const queries = places.slice(at, end);
      for (let from = range.from; from < range.to; from += this.#references) {
        await this.#listAmong(queries, from, Math.min(range.to, from + this.#references), used, pacer);
      }
      at = end;
    }
  }

  /** What the best partner of a place, as listed, may score at most. */
  bound(place: number): number {
    return this.#bounds[place * listed]!;
  }

  best(place: number, used: Uint8Array): BestPartner {
    const { from, to } = this.#ranges[this.#rangeOf[place]!]!;
    let partner = -1;
    let score = Number.NEGATIVE_INFINITY;
    for (let at = place * listed; at < (place + 1) * listed; at++) {
      const first = this.#groups[at]!;
      if (first < 0 || this.#bounds[at]! + rounding < score) break;
      for (let other = Math.max(from, first); other < Math.min(to, first + groupSize); other++) {
        if (used[other] || other === place) continue;
        const value =
          this.#sign * dot(this.#rows, place * this.#dim, this.#rows, other * this.#dim, this.#dim);
        if (value <= score) continue;
        score = value;
        partner = other;
      }
    }
    const last = this.#bounds[(place + 1) * listed - 1]!;
    // Bounds are of float32: what is not listed cannot be better by more than rounding.
    return { partner, score, beyond: last - rounding };
  }

  async dispose(): Promise<void> {
    await this.#program?.dispose();
  }

  async #listAmong(
    places: readonly number[],
    from: number,
    to: number,
    used: Uint8Array,
    pacer: Pacer,
  ): Promise<void> {
    const wide = this.#dim + 1;
    const data = new Float32Array(this.#references * wide);
    for (let i = 0; i < this.#references; i++) {
      if (from + i < to && !used[from + i]) {
        data.set(this.#rows.subarray((from + i) * this.#dim, (from + i + 1) * this.#dim), i * wide);
      } else data[i * wide + this.#dim] = -penalty;
    }
    const shape = [this.#references, wide];
    const store = await this.#runtime.createStore(
      new Map([["references", { dtype: "float32", shape, data }]]),
    );
    const start = (begin: number): Promise<Values> => {
      const queries = new Float32Array(this.#queries * wide);
      const chosen = places.slice(begin, begin + this.#queries);
      for (const [i, place] of chosen.entries()) {
        for (let j = 0; j < this.#dim; j++) {
          queries[i * wide + j] = this.#sign * this.#rows[place * this.#dim + j]!;
        }
        queries[i * wide + this.#dim] = 1;
      }
      const feeds = { queries: { dtype: "float32" as const, shape: [this.#queries, wide], data: queries } };
      const work = this.#program!.run(feeds, { store, transfer: true });
      // It is awaited below, unless an earlier run fails: then nobody is left to hear of this one.
      work.catch(() => undefined);
      return work;
    };
    try {
      const coming: Promise<Values>[] = [];
      let sent = 0;
      for (let begin = 0; begin < places.length; begin += this.#queries) {
        for (; sent < places.length && coming.length < ahead; sent += this.#queries) coming.push(start(sent));
        const { bounds, groups } = await coming.shift()!;
        this.#merge(places.slice(begin, begin + this.#queries), from, bounds!.data, groups!.data);
        if (pacer.due()) await pacer.pause();
      }
    } finally {
      await store.dispose();
    }
  }

  #merge(
    places: readonly number[],
    from: number,
    bounds: ArrayLike<number | bigint>,
    groups: ArrayLike<number | bigint>,
  ): void {
    const found = Math.min(listed, this.#references / groupSize);
    for (const [i, place] of places.entries()) {
      const [first, last] = [place * listed, (place + 1) * listed - 1];
      for (let rank = 0; rank < found; rank++) {
        const bound = Number(bounds[i * found + rank]!);
        if (bound < noScore || bound <= this.#bounds[last]!) break;
        let at = last;
        for (; at > first && this.#bounds[at - 1]! < bound; at--) {
          this.#bounds[at] = this.#bounds[at - 1]!;
          this.#groups[at] = this.#groups[at - 1]!;
        }
        this.#bounds[at] = bound;
        this.#groups[at] = from + groupSize * Number(groups[i * found + rank]!);
      }
    }
  }
}
