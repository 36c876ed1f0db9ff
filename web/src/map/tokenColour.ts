import type { Theme } from "../parts/theme.ts";

const known = new Map<string, [number, number, number]>();

/** Red, green and blue of a colour of the theme, which has to be the one in force. */
export function tokenColour(name: string, theme: Theme): [number, number, number] {
  const key = `${theme} ${name}`;
  const found = known.get(key);
  if (found) return found;
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (!context) return [128, 128, 128];
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  const rgb: [number, number, number] = [red, green, blue];
  known.set(key, rgb);
  return rgb;
}
