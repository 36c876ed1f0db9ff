import type { NearestOthers } from "../session/spaceStore.svelte.ts";
import type { HardPair } from "./hardPairs.ts";

/** Pictures looked at for each pair: each of a pair names the other, and some are of more than one. */
const candidates = 8;

/** The pairs of pictures most alike in the whole set, most alike first, each picture in one at most. */
export function mostAlike(nearest: NearestOthers, most: number): HardPair[] {
  const used = new Set<number>();
  const pairs: HardPair[] = [];
  for (const pair of extremes(nearest, most * candidates, 1)) {
    if (pairs.length === most) break;
    if (used.has(pair.first) || used.has(pair.second)) continue;
    used.add(pair.first).add(pair.second);
    pairs.push(pair);
  }
  return pairs;
}

/** The pictures least like any other, each with the one that it is most like, loneliest first. */
export function loneliest(nearest: NearestOthers, most: number): HardPair[] {
  return extremes(nearest, most, -1);
}

/** The rows whose nearest other one is most (or, with the sign -1, least) like them; in one pass, as they may be 100,000. */
function extremes({ k, rows, similarity }: NearestOthers, most: number, sign: 1 | -1): HardPair[] {
  const best: HardPair[] = [];
  if (k === 0) return best;
  for (let first = 0; first < rows.length / k; first++) {
    const value = similarity[first * k]!;
    const last = best[most - 1];
    if (last && sign * value <= sign * last.similarity) continue;
    let at = best.length;
    while (at > 0 && sign * best[at - 1]!.similarity < sign * value) at--;
    best.splice(at, 0, { first, second: rows[first * k]!, similarity: value });
    best.length = Math.min(best.length, most);
  }
  return best;
}
