import type { Canvas } from "./colour.ts";

/** Blurs pictures and changes the thickness of their strokes; holds the memory that it needs for one. */
export class NeighbourhoodFilter {
  readonly #height: number;
  readonly #width: number;
  readonly #halfway: Float32Array;
  readonly #filtered: Float32Array;

  constructor(height: number, width: number) {
    this.#height = height;
    this.#width = width;
    this.#halfway = new Float32Array(height * width);
    this.#filtered = new Float32Array(height * width);
  }

  /**
   * Convolves each channel with a Gaussian of this deviation in pixels, out to three of them, the picture mirrored at
   * the middle of its outermost pixels: torchvision's `gaussian_blur`.
   */
  blur({ values, offset, channels }: Canvas, sigma: number): void {
    const [height, width] = [this.#height, this.#width];
    const halfway = this.#halfway;
    const [across, down] = [gaussian(sigma, width), gaussian(sigma, height)];
    const area = height * width;
    for (let start = offset; start < offset + channels * area; start += area) {
      for (let y = 0; y < height; y++) {
        convolveLine(values, start + y * width, 1, width, across, halfway, y * width);
      }
      for (let x = 0; x < width; x++) convolveLine(halfway, x, width, height, down, values, start + x);
    }
  }

  /**
   * Mixes each pixel with the greatest of the 3 x 3 around it, which thickens light strokes, by a share from 0 to 1; or
   * with the least, which thins them, where the share is below 0.
   */
  thicken({ values, offset, channels }: Canvas, share: number): void {
    const [height, width] = [this.#height, this.#width];
    const [halfway, filtered] = [this.#halfway, this.#filtered];
    const area = height * width;
    // The least is the greatest of what is turned about.
    const sign = share < 0 ? -1 : 1;
    const part = Math.abs(share);
    for (let start = offset; start < offset + channels * area; start += area) {
      for (let y = 0; y < height; y++) {
        const row = start + y * width;
        for (let x = 0; x < width; x++) {
          const before = sign * values[x > 0 ? row + x - 1 : row]!;
          const after = sign * values[x < width - 1 ? row + x + 1 : row + x]!;
          const here = sign * values[row + x]!;
          const beside = Math.max(before, after);
          halfway[y * width + x] = Math.max(here, beside);
        }
      }
      for (let y = 0; y < height; y++) {
        const [above, below] = [Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width];
        for (let x = 0; x < width; x++) {
          const before = halfway[above + x]!;
          const after = halfway[below + x]!;
          const here = halfway[y * width + x]!;
          const beside = Math.max(before, after);
          filtered[y * width + x] = sign * Math.max(here, beside);
        }
      }
      for (let i = 0; i < area; i++) {
        values[start + i] = values[start + i]! + part * (filtered[i]! - values[start + i]!);
      }
    }
  }
}

/** One half of a symmetric kernel that adds up to 1, from its middle on, no wider than a mirrored line allows. */
function gaussian(sigma: number, length: number): Float64Array {
  const radius = Math.min(Math.ceil(3 * sigma), length - 1);
  const half = Float64Array.from({ length: radius + 1 }, (_, k) => Math.exp(-0.5 * (k / sigma) ** 2));
  const sum = 2 * half.reduce((total, tap) => total + tap, 0) - half[0]!;
  return half.map((tap) => tap / sum);
}

function convolveLine(
  source: Float32Array,
  from: number,
  stride: number,
  length: number,
  half: Float64Array,
  target: Float32Array,
  to: number,
): void {
  const radius = half.length - 1;
  for (let i = 0; i < length; i++) {
    let sum = half[0]! * source[from + i * stride]!;
    if (i >= radius && i < length - radius) {
      for (let k = 1; k <= radius; k++) {
        sum += half[k]! * (source[from + (i - k) * stride]! + source[from + (i + k) * stride]!);
      }
    } else {
      for (let k = 1; k <= radius; k++) {
        const before = Math.abs(i - k);
        const after = i + k < length ? i + k : 2 * (length - 1) - (i + k);
        sum += half[k]! * (source[from + before * stride]! + source[from + after * stride]!);
      }
    }
    target[to + i * stride] = sum;
  }
}
