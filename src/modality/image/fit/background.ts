import type { Preprocessing } from "./preprocessing.ts";

/** The background's red, green and blue. */
export function backgroundOf({ background = "#000000" }: Preprocessing): readonly [number, number, number] {
  const value = Number.parseInt(background.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
