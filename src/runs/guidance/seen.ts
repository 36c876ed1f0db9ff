import { classCounts, className } from "../../data/index.ts";
import {
  type DuplicateGroup,
  findDuplicates,
  type Originals,
} from "../../modality/image/duplicates/index.ts";
import { type ImageDataset, pixelsAt } from "../../modality/image/index.ts";
import type { DataSeen, PairSeen } from "./dataSeen.ts";

/** Pictures that are named of a kind. */
const mostNamed = 3;

/** Pairs that are kept to be looked at. */
const mostPairs = 8;

export interface LookOptions {
  readonly source: string;
  /** The pictures' files, where there are some; rows of training, and on from there those of validation. */
  readonly originals?: Originals | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Looks at the pictures of a training before it begins: how many there are of each class, which are of one colour, and
 * which show the same as another.
 *
 * @throws AbortedError by the signal.
 */
export async function lookAtPictures(
  { training, validation }: { readonly training: ImageDataset; readonly validation: ImageDataset },
  { source, ...options }: LookOptions,
): Promise<DataSeen> {
  const parts = [training, validation];
  const { groups, plain, alike, complete } = await findDuplicates(parts, options);
  const labelled = training.labelled !== false;
  const all = new Rows(training, validation);
  return {
    source,
    training: training.count,
    validation: validation.count,
    channels: training.channels,
    size: training.height,
    files: (training.preprocessing ?? null) !== null,
    labelled,
    classes: labelled ? classesOf(training, validation) : [],
    plain: { count: plain.length, examples: plain.slice(0, mostNamed).map((row) => all.nameOf(row)) },
    duplicates: {
      ...duplicatesOf(groups, alike, all, labelled),
      pairs: pairsOf(groups, all, labelled),
      complete,
    },
  };
}

function classesOf(training: ImageDataset, validation: ImageDataset): DataSeen["classes"] {
  const counts = [classCounts(training.labels), classCounts(validation.labels)] as const;
  const labels = new Set([...counts[0].keys(), ...counts[1].keys()]);
  return [...labels]
    .sort((a, b) => a - b)
    .map((label) => ({
      label,
      name: className(training, label),
      training: counts[0].get(label) ?? 0,
      validation: counts[1].get(label) ?? 0,
    }));
}

function duplicatesOf(
  groups: readonly DuplicateGroup[],
  alike: readonly (readonly [number, number])[],
  all: Rows,
  labelled: boolean,
): Omit<DataSeen["duplicates"], "complete" | "pairs"> {
  const counts = { exact: 0, near: 0, acrossSplit: 0, severalLabels: 0 };
  const examples: Record<"near" | "acrossSplit" | "severalLabels", string[][]> = {
    near: [],
    acrossSplit: [],
    severalLabels: [],
  };
  for (const { rows, copies } of groups) {
    counts.exact += copies;
    counts.near += rows.length - 1 - copies;
    const pair = (first: number, second: number): string[] => [all.nameOf(first), all.nameOf(second)];
    if (copies < rows.length - 1) examples.near.push(pair(rows[0]!, rows.find((row) => row !== rows[0])!));
    const held = rows.filter((row) => all.isValidation(row));
    if (held.length > 0 && held.length < rows.length) {
      counts.acrossSplit += held.length;
      examples.acrossSplit.push(pair(rows[0]!, held[0]!));
    }
    const other = labelled && rows.find((row) => all.labelOf(row) !== all.labelOf(rows[0]!));
    if (typeof other === "number") {
      counts.severalLabels++;
      const named = (row: number): string => `${all.nameOf(row)} (${all.classOf(row)})`;
      examples.severalLabels.push([named(rows[0]!), named(other)]);
    }
  }
  return {
    ...counts,
    alike: new Set(alike.flat()).size,
    examples: {
      alike: alike.slice(0, mostNamed).map((rows) => rows.map((row) => all.nameOf(row))),
      near: examples.near.slice(0, mostNamed),
      acrossSplit: examples.acrossSplit.slice(0, mostNamed),
      severalLabels: examples.severalLabels.slice(0, mostNamed),
    },
  };
}

function pairsOf(groups: readonly DuplicateGroup[], all: Rows, labelled: boolean): PairSeen[] {
  const pairs = groups.map(({ rows }) => {
    const [first, ...others] = rows as [number, ...number[]];
    const inOtherClass = others.find((row) => labelled && all.labelOf(row) !== all.labelOf(first));
    const across = others.find((row) => all.isValidation(row) !== all.isValidation(first));
    const near = others.find((row) => !all.same(first, row));
    const [badness, second] =
      inOtherClass !== undefined
        ? [0, inOtherClass]
        : across !== undefined
          ? [1, across]
          : near !== undefined
            ? [2, near]
            : [3, others[0]!];
    return { badness, first, second };
  });
  return pairs
    .sort((one, other) => one.badness - other.badness)
    .slice(0, mostPairs)
    .map(({ first, second }) => ({
      rows: [first, second],
      names: [all.nameOf(first), all.nameOf(second)],
      classes: labelled ? [all.classOf(first), all.classOf(second)] : null,
      validation: [all.isValidation(first), all.isValidation(second)],
      same: all.same(first, second),
    }));
}

/** Rows of the training pictures, and on from there those of validation. */
class Rows {
  readonly #training: ImageDataset;
  readonly #validation: ImageDataset;

  constructor(training: ImageDataset, validation: ImageDataset) {
    this.#training = training;
    this.#validation = validation;
  }

  isValidation(row: number): boolean {
    return row >= this.#training.count;
  }

  labelOf(row: number): number {
    const [part, index] = this.#find(row);
    return part.labels[index]!;
  }

  classOf(row: number): string {
    return className(this.#training, this.labelOf(row));
  }

  /** Whether two pictures are the same to the byte. */
  same(first: number, second: number): boolean {
    const other = this.#pixels(second);
    return this.#pixels(first).every((byte, i) => byte === other[i]);
  }

  /** Its path, or else its row in the source. */
  nameOf(row: number): string {
    const [part, index] = this.#find(row);
    return part.paths?.[index] ?? `row ${part.rows?.[index] ?? row}`;
  }

  #pixels(row: number): Uint8Array {
    const [part, index] = this.#find(row);
    return pixelsAt(part, index);
  }

  #find(row: number): readonly [ImageDataset, number] {
    return this.isValidation(row) ? [this.#validation, row - this.#training.count] : [this.#training, row];
  }
}
