import { type ImageDataset, pixelsAt } from "../imageDataset.ts";

/** Height and width that pictures are compared at, where they are larger: a recompressed or resized copy differs little there. */
export const thumbnailSize = 32;

/** A spread below this, in grey levels, is noise of the camera or of compression: such a picture looks like one colour. */
const leastSpread = 1.5;

/**
 * Pictures made small and comparable: averaged over blocks to 32 x 32 at most, each channel's mean taken off, and of
 * length 1 over all channels. The product of two is then their correlation, 1 for a copy of other brightness or contrast.
 */
export class Thumbnails {
  /** `channels * rows * columns` */
  readonly length: number;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly #height: number;
  readonly #width: number;
  /** The column of the thumbnail that each column of a picture goes into. */
  readonly #columnOf: Uint16Array;
  readonly #rowOf: Uint16Array;
  /** Pixels behind each pixel of the thumbnail, as a factor. */
  readonly #share: Float64Array;
  readonly #sums: Float64Array;

  constructor({ channels, height, width }: Pick<ImageDataset, "channels" | "height" | "width">) {
    this.channels = channels;
    this.#height = height;
    this.#width = width;
    this.rows = Math.min(height, thumbnailSize);
    this.columns = Math.min(width, thumbnailSize);
    this.length = channels * this.rows * this.columns;
    this.#rowOf = blocks(height, this.rows);
    this.#columnOf = blocks(width, this.columns);
    this.#sums = new Float64Array(this.length);
    this.#share = new Float64Array(this.rows * this.columns);
    for (const row of this.#rowOf) {
      for (const column of this.#columnOf) this.#share[row * this.columns + column]!++;
    }
    for (const [i, count] of this.#share.entries()) this.#share[i] = 1 / count;
  }

  /**
   * Writes the thumbnail of a picture's bytes into `out`.
   *
   * @param pixels `[channels, height, width]`
   * @param out `[channels, rows, columns]`
   * @returns false for a picture that is, or looks like, one colour, of which there is nothing to compare
   */
  write(pixels: Uint8Array, out: Float32Array): boolean {
    const sums = this.#sums;
    if (this.rows === this.#height && this.columns === this.#width) sums.set(pixels);
    else this.#average(pixels, sums);
    const each = this.rows * this.columns;
    let squares = 0;
    for (let start = 0; start < sums.length; start += each) {
      let sum = 0;
      for (let i = start; i < start + each; i++) sum += sums[i]!;
      const mean = sum / each;
      for (let i = start; i < start + each; i++) {
        const value = sums[i]! - mean;
        sums[i] = value;
        squares += value * value;
      }
    }
    if (squares < leastSpread * leastSpread * this.length) return false;
    const scale = 1 / Math.sqrt(squares);
    for (let i = 0; i < sums.length; i++) out[i] = sums[i]! * scale;
    return true;
  }

  #average(pixels: Uint8Array, sums: Float64Array): void {
    const columnOf = this.#columnOf;
    const width = this.#width;
    const each = this.rows * this.columns;
    sums.fill(0);
    let at = 0;
    for (let channel = 0; channel < this.channels; channel++) {
      for (let y = 0; y < this.#height; y++) {
        const start = channel * each + this.#rowOf[y]! * this.columns;
        for (let x = 0; x < width; x++) sums[start + columnOf[x]!]! += pixels[at++]!;
      }
    }
    for (let i = 0; i < sums.length; i++) sums[i]! *= this.#share[i % each]!;
  }
}

/** To which of `parts` blocks, as equal as can be, each of `size` places belongs. */
export function blocks(size: number, parts: number): Uint16Array {
  return Uint16Array.from({ length: size }, (_, i) => Math.floor(((i + 0.5) * parts) / size));
}

/** The bytes of a picture of several data sets, whose rows are counted on from one to the next. */
export class PictureRows {
  readonly count: number;
  readonly #parts: readonly ImageDataset[];
  readonly #starts: readonly number[];

  constructor(parts: readonly ImageDataset[]) {
    this.#parts = parts;
    let start = 0;
    this.#starts = parts.map(({ count }) => {
      start += count;
      return start - count;
    });
    this.count = start;
  }

  pixels(row: number): Uint8Array {
    const { dataset, index } = this.find(row);
    return pixelsAt(dataset, index);
  }

  /** The data set that a row is of, and its row there. */
  find(row: number): { readonly part: number; readonly dataset: ImageDataset; readonly index: number } {
    let part = this.#parts.length - 1;
    while (part > 0 && row < this.#starts[part]!) part--;
    return { part, dataset: this.#parts[part]!, index: row - this.#starts[part]! };
  }
}
