import type { Theme } from "../parts/theme.ts";

/**
 * Scales of one direction in lightness, so that they read the same with any colour vision: from near the ground's own
 * colour, nothing moved, to what stands out from it most.
 */
const stops: Readonly<Record<Theme, readonly (readonly [number, number, number])[]>> = {
  light: [
    [214, 222, 226],
    [143, 192, 201],
    [56, 143, 180],
    [32, 84, 148],
    [30, 26, 84],
  ],
  dark: [
    [52, 60, 68],
    [49, 92, 124],
    [58, 146, 166],
    [136, 206, 172],
    [250, 244, 178],
  ],
};

/** Red, green and blue of a value from 0 to 1. */
export function scaleColour(theme: Theme, value: number): [number, number, number] {
  const scale = stops[theme];
  const at = Math.min(Math.max(value, 0), 1) * (scale.length - 1);
  const start = Math.min(Math.floor(at), scale.length - 2);
  const [from, to] = [scale[start]!, scale[start + 1]!];
  const mix = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * (at - start));
  return [mix(0), mix(1), mix(2)];
}

/** For CSS, from left to right. */
export function scaleGradient(theme: Theme): string {
  return `linear-gradient(to right, ${stops[theme].map((rgb) => `rgb(${rgb.join(" ")})`).join(", ")})`;
}

/** The drift that the strong end of the scale stands for: all but the 1 % that moved most lie within. */
export function driftTop(drift: Float32Array): number {
  const top = drift.toSorted()[Math.floor((drift.length - 1) * 0.99)] ?? 0;
  return top > 0 ? top : 1;
}
