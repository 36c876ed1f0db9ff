/** Of pictures on another scale, such as 0 to 1 or 0 to 16, no pixel reaches this. */
const dark = 32;

/** That all pictures of a table are nearly black, as their numbers have another scale than 0 to 255; null where they are not. */
export function scaleNote(file: string, pixels: Uint8Array): string | null {
  if (pixels.some((pixel) => pixel >= dark)) return null;
  const most = pixels.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return null;
  return `${file}: no pixel is above ${most}, where 255 is white, so that all pictures are nearly black: multiply the pixels by ${Math.floor(255 / most)}`;
}
