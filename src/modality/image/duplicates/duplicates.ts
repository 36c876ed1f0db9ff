import { InputError } from "../../../base/index.ts";
import { Pacer } from "../../../base/pacer.ts";
import type { ImageDataset } from "../imageDataset.ts";
import { closePairs } from "./closePairs.ts";
import { DisjointRows } from "./disjointRows.ts";
import { ownPixels } from "./ownPixels.ts";
import { copiesAmong, type Likeness, type Originals, Proofs } from "./proof.ts";
import { Signatures } from "./signature.ts";
import { PictureRows, Thumbnails } from "./thumbnail.ts";

/**
 * Correlation from which two pictures are called near-duplicates. Among MNIST's 42,000 digits two reach it (55 reach 0.985,
 * 319 reach 0.98); of photographs, 92 to 100 % of the copies that were compressed (JPEG quality 20 to 90), made half or
 * a third as large, blurred, brighter or of less contrast do. A crop does not.
 */
export const nearCorrelation = 0.99;

/** Pairs of signatures and of pictures compared before the search gives up: some seconds each. */
const mostComparisons = { signatures: 5e8, pictures: 5e6 };

/** Pairs looked at closely before the search gives up, which takes a minute. */
const mostProofs = 4000;

/** Thumbnails kept for further comparisons. */
const keptThumbnails = 4096;

/** Pictures that show the same. */
export interface DuplicateGroup {
  /** Two or more, ascending. */
  readonly rows: readonly number[];
  /** How many of them are an earlier one of them to the byte; all but the first where the group is exact. */
  readonly copies: number;
}

/** What {@link findDuplicates} found. Rows are counted on from one data set to the next. */
export interface Duplicates {
  /** By their first row. */
  readonly groups: readonly DuplicateGroup[];
  /** Pictures that are, or look like, one colour, ascending; they are in no group. */
  readonly plain: readonly number[];
  /** Pairs whose thumbnails are alike, and which differ where they are looked at closely: by their correlation, the closest first. */
  readonly alike: readonly (readonly [number, number])[];
  /** False where there were so many alike that the search was given up: then there are at least these. */
  readonly complete: boolean;
}

export interface FindDuplicatesOptions {
  /** Correlation from which two pictures are near-duplicates, above 0 and up to 1. Default 0.99. */
  readonly correlation?: number;
  /**
   * The pictures' files, where they are at hand. Near-duplicates are those that are alike there too, see {@link Proofs}.
   * Default: the pictures themselves, where they are larger than their thumbnails.
   */
  readonly originals?: Originals | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then; the total counts each picture twice, for reading and for comparing it. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Finds the pictures that show the same: copies to the byte, and near-duplicates, whose thumbnails of 32 x 32 at most
 * correlate by 0.99 (each channel's mean taken off), as recompressed, resized, blurred or brightened copies do.
 *
 * Groups are connected: two of one need not be near each other if a third is near both. The result does not depend
 * on the order of the pictures. See {@link closePairs} for what
 * may be missed. 42,000 digits take a second or two.
 *
 * @param parts data sets of one size and number of channels, such as training and validation pictures
 * @throws InputError when they are of several sizes, or the correlation is out of range.
 */
export async function findDuplicates(
  parts: readonly ImageDataset[],
  options: FindDuplicatesOptions = {},
): Promise<Duplicates> {
  const { correlation = nearCorrelation, signal, onProgress } = options;
  if (!(correlation > 0 && correlation <= 1)) {
    throw new InputError(
      `near-duplicates of a correlation of ${correlation} were asked for, expected 0 to 1`,
    );
  }
  const shape = shapeOf(parts);
  const pictures = new PictureRows(parts);
  const thumbnails = new Thumbnails(shape);
  const signatures = new Signatures(thumbnails);
  const originals = options.originals ?? ownPixels(pictures, shape, thumbnails);
  const pacer = new Pacer(signal);
  const { count } = pictures;
  const dim = signatures.length;

  const all = new Float32Array(count * dim);
  const thumbnail = new Float32Array(thumbnails.length);
  const plain: number[] = [];
  const copies = new Copies(pictures);
  const distinct: number[] = [];
  for (let row = 0; row < count; row++) {
    if (!thumbnails.write(pictures.pixels(row), thumbnail)) {
      plain.push(row);
    } else {
      const offset = distinct.length * dim;
      signatures.write(thumbnail, all, offset);
      if (copies.isFirst(row, all.subarray(offset, offset + dim))) distinct.push(row);
    }
    if (pacer.due()) {
      onProgress?.(row, 2 * count);
      await pacer.pause();
    }
  }

  const near = new DisjointRows(count);
  const compared = new Correlations(pictures, thumbnails);
  const candidates: { readonly pair: readonly [number, number]; readonly correlation: number }[] = [];
  let complete = true;
  const found = await closePairs(
    {
      points: all.subarray(0, distinct.length * dim),
      dim,
      // Rounded to float32, signatures may be this much farther apart than they are.
      distance: Math.sqrt(2 - 2 * correlation) + 1e-5,
      mostComparisons: mostComparisons.signatures,
      pacer,
      onProgress: (done) => onProgress?.(Math.round(count * (1 + done)), 2 * count),
    },
    (first, second) => {
      const [a, b] = [distinct[first]!, distinct[second]!];
      if (near.together(a, b)) return;
      if (compared.count >= mostComparisons.pictures) {
        complete = false;
        return;
      }
      const alike = compared.of(a, b);
      if (alike < correlation) return;
      if (originals) candidates.push({ pair: [Math.min(a, b), Math.max(a, b)], correlation: alike });
      else near.join(a, b);
    },
  );
  // The closest first, in an order that does not hang on how they were found.
  candidates.sort((one, other) => other.correlation - one.correlation || byRows(one.pair, other.pair));
  if (candidates.length > mostProofs) complete = false;
  const looked = candidates.slice(0, mostProofs);
  const proofs: (Likeness | null)[] = [];
  const proof = originals && new Proofs(originals, distinct);
  for (const { pair } of looked) {
    proofs.push(proof ? await proof.of(...pair) : null);
    if (pacer.due()) await pacer.pause();
  }
  const alike: (readonly [number, number])[] = [];
  for (const [i, isCopy] of copiesAmong(proofs).entries()) {
    const { pair } = looked[i]!;
    if (isCopy) near.join(...pair);
    else if (proofs[i]) alike.push(pair);
  }
  for (const [row, first] of copies.pairs) near.join(first, row);
  const isCopy = new Set(copies.pairs.map(([row]) => row));
  const groups = near
    .groups()
    .map((rows) => ({ rows, copies: rows.filter((row) => isCopy.has(row)).length }));
  return { groups, plain, alike, complete: complete && found };
}

function byRows(one: readonly [number, number], other: readonly [number, number]): number {
  return one[0] - other[0] || one[1] - other[1];
}

/** @throws InputError naming two of different shape. */
function shapeOf(parts: readonly ImageDataset[]): ImageDataset {
  const [first, ...others] = parts;
  if (!first) throw new InputError("duplicates were looked for in no data set, expected at least one");
  const shape = ({ channels, height, width }: ImageDataset): string => [channels, height, width].join(" x ");
  const other = others.find((part) => shape(part) !== shape(first));
  if (other) {
    throw new InputError(
      `${first.name} has pictures of ${shape(first)} (channels, height, width) and ${other.name} of ${shape(other)}, expected one size to look for duplicates`,
    );
  }
  return first;
}

/** Finds copies to the byte among pictures that come one after another. */
class Copies {
  /** A picture, and the first one that is the same. */
  readonly pairs: (readonly [row: number, first: number])[] = [];
  readonly #pictures: PictureRows;
  readonly #bySignature = new Map<number, number[]>();

  constructor(pictures: PictureRows) {
    this.#pictures = pictures;
  }

  isFirst(row: number, signature: Float32Array): boolean {
    const key = hashOf(signature);
    const alike = this.#bySignature.get(key);
    if (!alike) {
      this.#bySignature.set(key, [row]);
      return true;
    }
    const pixels = this.#pictures.pixels(row);
    const first = alike.find((known) => sameBytes(this.#pictures.pixels(known), pixels));
    if (first === undefined) alike.push(row);
    else this.pairs.push([row, first]);
    return first === undefined;
  }
}

/** The same pixels give the same bits. */
function hashOf(signature: Float32Array): number {
  const bits = new Int32Array(signature.buffer, signature.byteOffset, signature.length);
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (const word of bits) {
    low = Math.imul(low ^ word, 0x01000193);
    low ^= low >>> 15;
    high = Math.imul(high ^ word, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return (low >>> 0) * 2 ** 20 + (high >>> 12);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Correlations of thumbnails, the last ones of which are kept. */
class Correlations {
  count = 0;
  readonly #pictures: PictureRows;
  readonly #thumbnails: Thumbnails;
  readonly #kept = new Map<number, Float32Array>();

  constructor(pictures: PictureRows, thumbnails: Thumbnails) {
    this.#pictures = pictures;
    this.#thumbnails = thumbnails;
  }

  of(first: number, second: number): number {
    this.count++;
    const a = this.#thumbnail(first);
    const b = this.#thumbnail(second);
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
    return sum;
  }

  #thumbnail(row: number): Float32Array {
    let thumbnail = this.#kept.get(row);
    if (thumbnail) return thumbnail;
    thumbnail = new Float32Array(this.#thumbnails.length);
    this.#thumbnails.write(this.#pictures.pixels(row), thumbnail);
    if (this.#kept.size >= keptThumbnails) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(row, thumbnail);
    return thumbnail;
  }
}
