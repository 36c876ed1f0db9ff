import { Rng } from "../base/index.ts";

/** What of a stratum must be taken where it can be, and what may be. */
export interface QuotaBounds {
  readonly least?: (count: number) => number;
  readonly most?: (count: number) => number;
}

/**
 * How many to take of each stratum so that they are `n` in all and as near to the strata's own proportions as whole
 * numbers come (the method of Sainte-Laguë: each next one goes to the greatest `count / (2 taken + 1)`).
 *
 * Each gets its `least` first where all of these fit into `n`, and none more than its `most` while others have some left.
 *
 * @param counts `[strata]`
 * @see https://en.wikipedia.org/wiki/Sainte-Lagu%C3%AB_method
 */
export function stratifiedQuotas(counts: readonly number[], n: number, bounds: QuotaBounds = {}): number[] {
  const { least = () => 0, most = (count) => count } = bounds;
  const limits = counts.map((count) => Math.max(0, Math.min(count, most(count))));
  const floors = counts.map((count, i) => Math.max(0, Math.min(limits[i]!, least(count))));
  const floorSum = floors.reduce((sum, floor) => sum + floor, 0);
  const quotas = floorSum <= n ? floors : counts.map(() => 0);
  const fill = (upTo: readonly number[]): void => {
    for (let left = n - quotas.reduce((sum, quota) => sum + quota, 0); left > 0; left--) {
      let best = -1;
      let greatest = 0;
      for (const [i, count] of counts.entries()) {
        const claim = quotas[i]! < upTo[i]! ? count / (2 * quotas[i]! + 1) : 0;
        if (claim > greatest) [best, greatest] = [i, claim];
      }
      if (best < 0) return;
      quotas[best]!++;
    }
  };
  fill(limits);
  fill(counts);
  return quotas;
}

/**
 * `n` of the items, stratified, by lot: whether an item is drawn hangs on its own name and on how many are drawn of its
 * stratum, so that an item more or less changes little about the others.
 *
 * @param strata `[items]`, which stratum each is of
 * @param ranks `[items]`, each item's lot: the least are drawn, the earlier one of two that are equal
 * @returns `[items]`, whether each is drawn
 */
export function stratifiedDraw(
  strata: readonly number[],
  ranks: Uint32Array,
  n: number,
  bounds: QuotaBounds = {},
): boolean[] {
  const items = new Map<number, number[]>();
  for (const [item, stratum] of strata.entries()) {
    const known = items.get(stratum);
    if (known) known.push(item);
    else items.set(stratum, [item]);
  }
  const ordered = [...items].sort(([a], [b]) => a - b).map(([, members]) => members);
  const quotas = stratifiedQuotas(
    ordered.map(({ length }) => length),
    n,
    bounds,
  );
  const drawn = strata.map(() => false);
  for (const [i, members] of ordered.entries()) {
    for (const item of byRank(members, ranks).slice(0, quotas[i])) drawn[item] = true;
  }
  return drawn;
}

/** The items in the order of their lots, the earlier one first where two are equal. */
export function byRank(items: readonly number[], ranks: Uint32Array): number[] {
  return items.toSorted((a, b) => ranks[a]! - ranks[b]! || a - b);
}

/** `[names]`, a lot for each name, which hangs on seed, purpose and the name alone. */
export function lots(seed: number, purpose: string, names: readonly string[]): Uint32Array {
  return Uint32Array.from(names, (name) => Rng.of(seed, purpose, name).uint32());
}
