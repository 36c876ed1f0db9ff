import { Pacer } from "../base/pacer.ts";
import { unitRows } from "../base/unitRows.ts";
import type { Runtime } from "../runtime/index.ts";
import { MaxHeap } from "./maxHeap.ts";
import { type PartnerRange, PartnerSearch } from "./partnerSearch.ts";

/** Pairs and how alike they are, hardest first. */
export interface RankedPairs {
  /** `[pairs, 2]` */
  readonly rows: Uint32Array;
  /** Cosine, `[pairs]`. */
  readonly similarity: Float32Array;
}

export interface HardPairs {
  /** Of one class and least alike. */
  readonly positives: RankedPairs;
  /** Of two classes and most alike. */
  readonly negatives: RankedPairs;
}

export interface HardPairsOptions {
  /** Pairs of each kind; fewer where there are no more. Default 24. */
  readonly count?: number;
  readonly signal?: AbortSignal;
}

/**
 * The hardest pairs of a whole set: always the least similar pair of one class (the most similar of two classes) of the
 * pictures that are not in one yet, so that each picture is in at most one pair of a kind.
 *
 * Exact: all pairs are compared by the runtime, to within float32 rounding, a class against itself or against the classes
 * after it.
 *
 * @param embeddings `[count, dim]`, of any length but 0
 * @param labels `[count]`
 * @throws InputError when a value is not finite.
 * @throws AbortedError when stopped by the signal.
 */
export async function hardPairs(
  runtime: Runtime,
  embeddings: Float32Array,
  labels: Int32Array,
  dim: number,
  options: HardPairsOptions = {},
): Promise<HardPairs> {
  const { count = 24, signal } = options;
  const pacer = new Pacer(signal);
  pacer.throwIfAborted();
  const units = unitRows(embeddings, dim);
  const order = Uint32Array.from(labels.keys()).sort((a, b) => labels[a]! - labels[b]! || a - b);
  const classes = classRanges(order, labels);
  const find = async (sign: 1 | -1, ranges: readonly PartnerRange[]): Promise<RankedPairs> => {
    const search = await PartnerSearch.create(runtime, units, dim, order, ranges, sign);
    try {
      return await hardest(search, order, count, sign, pacer);
    } finally {
      await search.dispose();
    }
  };
  return {
    positives: await find(
      -1,
      classes.map(({ start, end }) => ({ start, end, from: start, to: end })),
    ),
    negatives: await find(
      1,
      classes.map(({ start, end }) => ({ start, end, from: end, to: order.length })),
    ),
  };
}

/**
 * The best pairs one after another. Each place waits in a heap by what its best partner may score at most; the first
 * whose best partner is known and scores no less than what comes after is the next pair.
 */
async function hardest(
  search: PartnerSearch,
  order: Uint32Array,
  count: number,
  sign: 1 | -1,
  pacer: Pacer,
): Promise<RankedPairs> {
  const used = new Uint8Array(order.length);
  const heap = new MaxHeap();
  await search.list(search.places, used, pacer);
  for (const place of search.places) heap.push(place, search.bound(place));
  const rows: number[] = [];
  const similarity: number[] = [];
  while (similarity.length < count) {
    if (pacer.due()) await pacer.pause();
    const place = heap.pop();
    if (place === undefined) break;
    if (used[place]) continue;
    const best = search.best(place, used);
    if (best.beyond > best.score) {
      await lookAgain(search, heap, used, place, pacer);
    } else if (best.partner >= 0) {
      if (best.score < heap.greatest) {
        heap.push(place, best.score);
        continue;
      }
      used[place] = 1;
      used[best.partner] = 1;
      rows.push(order[place]!, order[best.partner]!);
      similarity.push(sign * best.score);
    }
  }
  return { rows: Uint32Array.from(rows), similarity: Float32Array.from(similarity) };
}

/** Lists anew the partners of all places whose listed ones are used up and that may be next. */
async function lookAgain(
  search: PartnerSearch,
  heap: MaxHeap,
  used: Uint8Array,
  first: number,
  pacer: Pacer,
): Promise<void> {
  const open = [first];
  const known: { readonly place: number; readonly score: number }[] = [];
  let { score: least } = search.best(first, used);
  while (heap.greatest > least) {
    if (pacer.due()) await pacer.pause();
    const place = heap.pop()!;
    if (used[place]) continue;
    const { partner, score, beyond } = search.best(place, used);
    if (beyond > score) open.push(place);
    else if (partner >= 0) known.push({ place, score });
    least = Math.max(least, score);
  }
  await search.list(
    open.sort((a, b) => a - b),
    used,
    pacer,
  );
  for (const place of open) heap.push(place, search.bound(place));
  for (const { place, score } of known) heap.push(place, score);
}

function classRanges(order: Uint32Array, labels: Int32Array): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && labels[order[end]!] === labels[order[start]!]) end++;
    ranges.push({ start, end });
    start = end;
  }
  return ranges;
}
