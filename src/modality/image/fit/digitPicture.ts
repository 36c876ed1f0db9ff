import { digitFromDrawing, requireSize } from "./digit.ts";

/** Part of a picture's range of light that ink must stand out by to be ink at all. */
const leastContrast = 24;
/** Sides of the squares that the light of the paper is taken of, as parts of the picture's shorter side. */
const paperPart = 0.5;

/**
 * A digit as MNIST has them, from a photograph or drawing: made grey, the light of the paper taken out, turned to light
 * ink on dark where the paper is the lighter, noise of the paper removed, and then as {@link digitFromDrawing}.
 *
 * Null where nothing stands out from the paper.
 *
 * @param pixels red, green, blue, alpha, `[height, width, 4]`; what is transparent counts as white paper
 * @returns `[28, 28]`, 0 to 255
 * @throws InputError when the sizes do not fit.
 */
export function digitFromPicture(
  pixels: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> | null {
  requireSize(width, height, pixels.length, 4);
  const grey = greyOf(pixels);
  const paperIsLight = borderMedian(grey, width, height) > midRange(grey);
  const paper = localPaper(grey, width, height, paperIsLight);
  const ink = grey.map((value, i) => Math.max(0, paperIsLight ? paper[i]! - value : value - paper[i]!));
  const most = ink.reduce((a, b) => Math.max(a, b), 0);
  if (most < leastContrast) return null;
  const noise = threshold(ink, most);
  // What is paper is none; what is ink fades in above the threshold, so that edges stay smooth.
  const low = noise * 0.7;
  const high = Math.max(low + 1, noise * 1.3);
  const values = ink.map((value) => Math.min(255, Math.max(0, ((value - low) / (high - low)) * 255)));
  return digitFromDrawing({ width, height, values });
}

/** Luma of Rec. 601 over white, 0 to 255. */
function greyOf(pixels: Uint8Array | Uint8ClampedArray): Float32Array {
  const grey = new Float32Array(pixels.length / 4);
  for (let i = 0; i < grey.length; i++) {
    const [r, g, b, a] = [
      pixels[4 * i]!,
      pixels[4 * i + 1]!,
      pixels[4 * i + 2]!,
      pixels[4 * i + 3]! / 255,
    ] as const;
    grey[i] = (0.299 * r + 0.587 * g + 0.114 * b) * a + 255 * (1 - a);
  }
  return grey;
}

/** The paper is what the border of the picture shows most of. */
function borderMedian(grey: Float32Array, width: number, height: number): number {
  const border: number[] = [];
  for (let x = 0; x < width; x++) border.push(grey[x]!, grey[(height - 1) * width + x]!);
  for (let y = 0; y < height; y++) border.push(grey[y * width]!, grey[y * width + width - 1]!);
  return border.sort((a, b) => a - b)[Math.floor(border.length / 2)]!;
}

function midRange(grey: Float32Array): number {
  let [least, most] = [255, 0];
  for (const value of grey) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return (least + most) / 2;
}

/**
 * The light of the paper at each pixel: smooth, so that a shadow across the paper is no ink. Means of a wide square, of
 * the pixels that are nearer to the paper's end of the range there.
 */
function localPaper(grey: Float32Array, width: number, height: number, light: boolean): Float32Array {
  const reach = Math.max(1, Math.round((Math.min(width, height) * paperPart) / 2));
  const first = boxMeans(grey, new Float32Array(grey.length).fill(1), width, height, reach);
  const isPaper = grey.map((value, i) => ((light ? value >= first[i]! : value <= first[i]!) ? 1 : 0));
  return boxMeans(grey, isPaper, width, height, reach);
}

/** Means over squares, of the pixels of weight 1, by sums over rectangles from the corner; the pixel's own where there are none. */
function boxMeans(
  values: Float32Array,
  weights: Float32Array,
  width: number,
  height: number,
  reach: number,
): Float32Array {
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  const totals = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * stride + x + 1;
      const i = y * width + x;
      sums[at] = weights[i]! * values[i]! + sums[at - 1]! + sums[at - stride]! - sums[at - stride - 1]!;
      totals[at] = weights[i]! + totals[at - 1]! + totals[at - stride]! - totals[at - stride - 1]!;
    }
  }
  const means = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - reach) * stride, Math.min(height, y + reach + 1) * stride];
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - reach), Math.min(width, x + reach + 1)];
      const within = (table: Float64Array): number =>
        table[bottom + right]! - table[bottom + left]! - table[top + right]! + table[top + left]!;
      const total = within(totals);
      means[y * width + x] = total > 0 ? within(sums) / total : values[y * width + x]!;
    }
  }
  return means;
}

/** Otsu's threshold of ink, of 0 to `most`: where the two sides differ most between and least within. */
function threshold(ink: Float32Array, most: number): number {
  const bins = 256;
  const histogram = new Float64Array(bins);
  for (const value of ink) histogram[Math.min(bins - 1, Math.floor((value / most) * bins))]!++;
  const all = histogram.reduce((sum, count, bin) => sum + count * bin, 0);
  let [below, belowSum, best, at] = [0, 0, -1, 0];
  for (let bin = 0; bin < bins - 1; bin++) {
    below += histogram[bin]!;
    belowSum += histogram[bin]! * bin;
    const above = ink.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (belowSum / below - (all - belowSum) / above) ** 2;
    if (between > best) {
      best = between;
      at = bin;
    }
  }
  return ((at + 1) / bins) * most;
}
