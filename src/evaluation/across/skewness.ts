/**
 * Skewness `mean((x - mean)^3) / sd^3`, with the population's sd, as `scipy.stats.skew`; 0 where all values are equal.
 *
 * Of how often each item is among the 10 nearest of a query (`QueryRanks.occurrences`), it says how much a few items, the hubs, are
 * found for everything: about 0 to 1 is no hub, several is many.
 *
 * @see Radovanović, Nanopoulos and Ivanović, "Hubs in Space" (2010), https://jmlr.org/papers/v11/radovanovic10a.html
 */
export function skewness(values: ArrayLike<number>): number {
  const count = values.length;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += values[i]! / count;
  let [second, third] = [0, 0];
  for (let i = 0; i < count; i++) {
    const off = values[i]! - mean;
    second += off ** 2 / count;
    third += off ** 3 / count;
  }
  return second === 0 ? 0 : third / second ** 1.5;
}
