import { dot } from "../../base/unitRows.ts";

/** The pictures of a batch, and which may be compared. */
export type BatchCandidates = {
  /** `[pictures]` */
  readonly labels: Int32Array;
} & (
  | {
      /** The first half are anchors, the second their partners, in order. */
      readonly of: "pairs";
      /** `[pictures / 2]`: 1 where the two of a pair are of one class. */
      readonly alike: Float32Array;
    }
  /** Alike are those of one class. */
  | { readonly of: "labels" }
  /** Alike are only the two views of one picture: the same place in the first half and in the second. */
  | { readonly of: "views" }
);

/** A picture of the batch beside an anchor. */
export interface Companion {
  readonly at: number;
  readonly similarity: number;
}

/** An anchor with its least similar positive and its most similar negative, null where there is none. */
export interface Trio {
  readonly anchor: number;
  readonly positive: Companion | null;
  readonly negative: Companion | null;
}

/**
 * At most `most` anchors of a batch, the first of each class before further ones, each with what the loss compares it
 * with: the partner of its pair, or the least similar picture of its class and the most similar one of another (of the
 * views of another picture).
 *
 * @param units `[pictures, dim]`, of unit length
 */
export function chosenTrios(
  candidates: BatchCandidates,
  units: Float32Array,
  dim: number,
  most: number,
): Trio[] {
  const similarity = (a: number, b: number): number => dot(units, a * dim, units, b * dim, dim);
  return chosenAnchors(candidates, most).map((anchor): Trio => {
    let positive: Companion | null = null;
    let negative: Companion | null = null;
    for (const [other, alike] of compared(candidates, anchor)) {
      const companion = { at: other, similarity: similarity(anchor, other) };
      if (alike) {
        if (!positive || companion.similarity < positive.similarity) positive = companion;
      } else if (!negative || companion.similarity > negative.similarity) negative = companion;
    }
    return { anchor, positive, negative };
  });
}

/** What an anchor is compared with, and whether they are alike. */
function* compared(candidates: BatchCandidates, anchor: number): Generator<readonly [number, boolean]> {
  const { labels } = candidates;
  const half = labels.length / 2;
  if (candidates.of === "pairs") {
    yield [anchor + half, candidates.alike[anchor] === 1];
    return;
  }
  for (let other = 0; other < labels.length; other++) {
    if (other === anchor) continue;
    const alike =
      candidates.of === "labels" ? labels[other] === labels[anchor] : other % half === anchor % half;
    yield [other, alike];
  }
}

/** In the order of the batch, the first of each class (and of each kind of pair) before further ones. */
function chosenAnchors(candidates: BatchCandidates, most: number): number[] {
  const { labels } = candidates;
  const count = candidates.of === "labels" ? labels.length : labels.length / 2;
  if (candidates.of === "pairs") {
    const { alike } = candidates;
    const all = [...alike.keys()];
    const positives = firstOfEach(
      all.filter((at) => alike[at] === 1),
      labels,
    );
    const negatives = firstOfEach(
      all.filter((at) => alike[at] !== 1),
      labels,
    );
    const half = Math.max(Math.ceil(most / 2), most - negatives.length);
    const chosen = positives.slice(0, half);
    return [...chosen, ...negatives.slice(0, most - chosen.length)];
  }
  return firstOfEach(
    Array.from({ length: count }, (_, at) => at),
    labels,
  ).slice(0, most);
}

function firstOfEach(places: readonly number[], labels: Int32Array): number[] {
  const seen = new Set<number>();
  const first: number[] = [];
  const further: number[] = [];
  for (const at of places) {
    (seen.has(labels[at]!) ? further : first).push(at);
    seen.add(labels[at]!);
  }
  return [...first, ...further];
}
