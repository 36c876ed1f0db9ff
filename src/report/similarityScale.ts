/** Colours of mean similarities: orange for -1, grey-white for 0, blue for 1, as the pairs' own colours are. */
export const similarityStops: readonly (readonly [number, string])[] = [
  [0, "#b34700"],
  [0.25, "#f0a878"],
  [0.5, "#f1f2f4"],
  [0.75, "#7db6de"],
  [1, "#005a94"],
];

/** The colour of a similarity from -1 to 1, between the stops' linearly. */
export function similarityColour(similarity: number): readonly [number, number, number] {
  const at = Math.min(1, Math.max(0, (similarity + 1) / 2)) * (similarityStops.length - 1);
  const index = Math.min(similarityStops.length - 2, Math.floor(at));
  const [low, high] = [similarityStops[index]![1], similarityStops[index + 1]![1]];
  const channel = (start: number): number => {
    const value = (hex: string): number => Number.parseInt(hex.slice(start, start + 2), 16);
    return Math.round(value(low) + (value(high) - value(low)) * (at - index));
  };
  return [channel(1), channel(3), channel(5)];
}
