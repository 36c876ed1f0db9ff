import type { Thumbnails } from "./thumbnail.ts";

/** Waves are taken whose frequencies down and across sum to this at most, in half periods over the picture. */
const mostWaves = 8;

/**
 * The signature of a thumbnail: how much of each of its coarsest waves it holds (cosines, of all channels' mean), the
 * coarsest first.
 *
 * It is a projection on directions of length 1 at right angles, so two signatures are never farther apart than their
 * thumbnails: whatever is far apart here needs no closer look, and nothing is missed.
 */
export class Signatures {
  /** Numbers in a signature, 3 at least. */
  readonly length: number;
  readonly #thumbnails: Thumbnails;
  readonly #waves: readonly { readonly down: number; readonly across: number }[];
  /** `[frequency, columns]` */
  readonly #across: Float64Array;
  /** `[frequency, rows]` */
  readonly #down: Float64Array;
  readonly #mean: Float64Array;
  /** `[frequency across, rows]` */
  readonly #half: Float64Array;

  constructor(thumbnails: Thumbnails) {
    const { rows, columns } = thumbnails;
    this.#thumbnails = thumbnails;
    const waves = [];
    for (let sum = 1; sum <= mostWaves; sum++) {
      for (let down = 0; down <= sum; down++) {
        if (down < rows && sum - down < columns) waves.push({ down, across: sum - down });
      }
    }
    this.#waves = waves;
    this.length = Math.max(3, waves.length);
    this.#across = cosines(columns);
    this.#down = cosines(rows);
    this.#mean = new Float64Array(rows * columns);
    this.#half = new Float64Array((mostWaves + 1) * rows);
  }

  /** Writes the signature of a thumbnail into `out` from `offset` on. */
  write(thumbnail: Float32Array, out: Float32Array, offset: number): void {
    const { rows, columns } = this.#thumbnails;
    this.#average(thumbnail);
    const half = this.#half;
    const highest = Math.min(mostWaves, columns - 1);
    for (let across = 0; across <= highest; across++) {
      for (let y = 0; y < rows; y++) {
        let sum = 0;
        for (let x = 0; x < columns; x++)
          sum += this.#across[across * columns + x]! * this.#mean[y * columns + x]!;
        half[across * rows + y] = sum;
      }
    }
    for (const [k, { down, across }] of this.#waves.entries()) {
      let sum = 0;
      for (let y = 0; y < rows; y++) sum += this.#down[down * rows + y]! * half[across * rows + y]!;
      out[offset + k] = sum;
    }
  }

  /** All channels as one, by the direction of length 1 that weighs them the same. */
  #average(thumbnail: Float32Array): void {
    const { channels, rows, columns } = this.#thumbnails;
    const mean = this.#mean;
    const each = rows * columns;
    const scale = 1 / Math.sqrt(channels);
    mean.fill(0);
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < each; i++) mean[i]! += thumbnail[channel * each + i]! * scale;
    }
  }
}

/** `[frequency, size]`: cosines of 0 to 8 half periods, each of length 1, at right angles to the others (DCT-II). */
function cosines(size: number): Float64Array {
  const waves = new Float64Array((mostWaves + 1) * size);
  for (let k = 0; k <= mostWaves; k++) {
    const scale = Math.sqrt((k === 0 ? 1 : 2) / size);
    for (let i = 0; i < size; i++) waves[k * size + i] = scale * Math.cos((Math.PI * k * (i + 0.5)) / size);
  }
  return waves;
}
