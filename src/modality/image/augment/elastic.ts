import type { Rng } from "../../../base/index.ts";
import type { Displacement } from "./warp.ts";

export interface ElasticOptions {
  /** Strength: what the smoothed noise is multiplied by, in pixels. The paper's is 34. */
  readonly alpha: number;
  /** Standard deviation of the Gaussian that the noise is smoothed with, in pixels. The paper's is 4. */
  readonly sigma: number;
}

/**
 * Random elastic displacements: noise, uniform in (-1, 1) at each pixel, smoothed by a Gaussian of deviation `sigma`
 * and multiplied by `alpha`. A pixel is displaced by `alpha / (2 sigma sqrt(3 pi))` pixels in the root mean square
 * along each axis, and two at a distance `r` alike by the correlation `e^(-r^2 / (4 sigma^2))`.
 *
 * The field is drawn on a grid as coarse as half of `sigma`, scaled to that root mean square, and filled in between
 * bilinearly: at a sigma of 4 a quarter of the places, and a quarter of the taps. The noise goes on beyond the edges.
 *
 * @see Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document
 * Analysis" (2003), section 2
 */
export class ElasticField {
  readonly displacement: Displacement;
  readonly #height: number;
  readonly #width: number;
  readonly #spacing: number;
  /** Grid points down and across the picture. */
  readonly #rows: number;
  readonly #columns: number;
  readonly #kernel: Float64Array;
  readonly #noise: readonly [Float64Array, Float64Array];
  readonly #halfway: Float64Array;
  readonly #grid: Float64Array;

  constructor(height: number, width: number, { alpha, sigma }: ElasticOptions) {
    this.#height = height;
    this.#width = width;
    this.#spacing = Math.max(1, Math.floor(sigma / 2));
    this.#rows = Math.ceil((height - 1) / this.#spacing) + 1;
    this.#columns = Math.ceil((width - 1) / this.#spacing) + 1;
    this.#kernel = kernelOf(sigma / this.#spacing, alpha / (2 * sigma * Math.sqrt(Math.PI)));
    const around = this.#kernel.length - 1;
    const noise = (): Float64Array => new Float64Array((this.#rows + around) * (this.#columns + around));
    this.#noise = [noise(), noise()];
    this.#halfway = new Float64Array((this.#rows + around) * this.#columns);
    this.#grid = new Float64Array(this.#rows * this.#columns);
    this.displacement = { y: new Float32Array(height * width), x: new Float32Array(height * width) };
  }

  /** Draws the next field into {@link displacement}. */
  draw(rng: Rng): void {
    const [noiseY, noiseX] = this.#noise;
    for (let i = 0; i < noiseY.length; i++) {
      // One draw for both axes: the midpoints of 2^16 steps.
      const word = rng.uint32();
      noiseY[i] = ((word & 0xffff) + 0.5) / 32768 - 1;
      noiseX[i] = ((word >>> 16) + 0.5) / 32768 - 1;
    }
    this.#spread(noiseY, this.displacement.y);
    this.#spread(noiseX, this.displacement.x);
  }

  /** Smooths noise across, then down, and fills in the pixels between grid points. */
  #spread(noise: Float64Array, out: Float32Array): void {
    const kernel = this.#kernel;
    const taps = kernel.length;
    const [rows, columns] = [this.#rows, this.#columns];
    const noiseColumns = columns + taps - 1;
    for (let row = 0; row < rows + taps - 1; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        const from = row * noiseColumns + column;
        for (let k = 0; k < taps; k++) sum += kernel[k]! * noise[from + k]!;
        this.#halfway[row * columns + column] = sum;
      }
    }
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < taps; k++) sum += kernel[k]! * this.#halfway[(row + k) * columns + column]!;
        this.#grid[row * columns + column] = sum;
      }
    }
    this.#fillIn(out);
  }

  #fillIn(out: Float32Array): void {
    const grid = this.#grid;
    const [spacing, columns] = [this.#spacing, this.#columns];
    for (let y = 0; y < this.#height; y++) {
      const row = Math.min(Math.floor(y / spacing), Math.max(0, this.#rows - 2));
      const down = y / spacing - row;
      const below = this.#rows > 1 ? columns : 0;
      for (let x = 0; x < this.#width; x++) {
        const column = Math.min(Math.floor(x / spacing), Math.max(0, columns - 2));
        const right = x / spacing - column;
        const beside = columns > 1 ? 1 : 0;
        const at = row * columns + column;
        const upper = grid[at]! + right * (grid[at + beside]! - grid[at]!);
        const lower = grid[at + below]! + right * (grid[at + below + beside]! - grid[at + below]!);
        out[y * this.#width + x] = upper + down * (lower - upper);
      }
    }
  }
}

/** A Gaussian out to three deviations, whose square, over both axes, adds up to that of `norm`. */
function kernelOf(sigma: number, norm: number): Float64Array {
  const radius = Math.ceil(3 * sigma);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-0.5 * ((k - radius) / sigma) ** 2),
  );
  const squares = kernel.reduce((sum, tap) => sum + tap * tap, 0);
  return kernel.map((tap) => tap * Math.sqrt(norm / squares));
}
