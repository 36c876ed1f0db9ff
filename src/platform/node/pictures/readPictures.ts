import { join, resolve } from "node:path";
import { type Fields, InputError } from "../../../base/index.ts";
import { byCodePoint, numberClasses } from "../../../data/classNumbers.ts";
import { type ImageDataset, type Preprocessing, sliceImages } from "../../../modality/image/index.ts";
import { orderPictures } from "../../../modality/image/pictureOrder.ts";
import { cacheFolder } from "./cache/cacheFolder.ts";
import { type CachedPictures, PictureCache } from "./cache/pictureCache.ts";
import { PictureMemo } from "./cache/pictureMemo.ts";
import { PictureThreads } from "./decode/pictureThreads.ts";
import { areLabelled, type PictureListing } from "./listing/pictureListing.ts";
import type { PictureProblem } from "./listing/pictureTree.ts";
import { findDuplicates, type PictureReport } from "./pictureReport.ts";
import { type ChosenPreprocessing, surveyPictures } from "./surveyPictures.ts";

/** What of reading picture files takes long. */
export type PictureStage = "reading" | "decoding";

/** Options of {@link readPictures}. */
export interface ReadPicturesOptions {
  /** Pictures to take, by lot and stratified by class. Default: all. */
  readonly limit?: number;
  /** Pictures to keep for validation where the data set has none aside. Default: a tenth, see `defaultValidation`. */
  readonly validation?: number;
  /** Of the order, of the limit and of what is kept for validation. Default 1. */
  readonly seed?: number;
  /** What is left out is chosen from the pictures, see `surveyPictures`. */
  readonly preprocessing?: ChosenPreprocessing;
  /** Names of classes that have their numbers already, by label. */
  readonly classes?: readonly string[];
  /** Fewest pictures that will do. Default 2, as training and evaluation compare pictures in pairs. */
  readonly least?: 1 | 2;
  /** Refuse a data set with files that cannot be read or followed, instead of skipping these. */
  readonly strict?: boolean;
  /** Told of files read to know their content, and of pictures decoded. */
  readonly onPictures?: (stage: PictureStage, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Pictures that were read from files. */
export interface ReadPictures {
  readonly dataset: ImageDataset;
  /** How many of the last rows are for validation. */
  readonly validation: number;
  /** Whether the data set has set these aside itself. */
  readonly ownValidation: boolean;
  readonly report: PictureReport;
}

/** Whether a data set has pictures for testing. */
export function hasTestPart({ pictures }: PictureListing): boolean {
  return pictures.some(({ part }) => part === "test");
}

/**
 * Reads the pictures of a listing: decodes those that are not in the cache (see `cacheFolder`) in threads, and orders
 * them by lot, those for validation last.
 *
 * The `test` split is the test part, or the validation pictures where there is none.
 *
 * @throws InputError when fewer pictures than `least` can be read, none is there for the `test` split, with `strict` when a file cannot, or the cache cannot be written.
 * @throws AbortedError when stopped by `signal`.
 */
export async function readPictures(
  listing: PictureListing,
  split: "train" | "test",
  options: ReadPicturesOptions = {},
): Promise<ReadPictures> {
  if (split === "test" && !hasTestPart(listing)) {
    const { dataset, validation, ...rest } = await readPictures(listing, "train", options);
    if (validation === 0) {
      throw new InputError(
        `${listing.source} has no test pictures, and of ${dataset.count} none is kept for validation, which would stand for them: take the train split`,
      );
    }
    const held = sliceImages(dataset, dataset.count - validation, dataset.count);
    return { ...rest, dataset: { ...held, name: `${dataset.name} (validation)` }, validation: 0 };
  }
  const threads = new PictureThreads(options.signal);
  try {
    return await readPart(listing, split, options, threads);
  } finally {
    await threads.close();
  }
}

async function readPart(
  listing: PictureListing,
  split: "train" | "test",
  options: ReadPicturesOptions,
  threads: PictureThreads,
): Promise<ReadPictures> {
  const { source } = listing;
  const part = listing.pictures
    .map((picture, place) => ({ ...picture, place }))
    .filter((picture) => (picture.part === "test") === (split === "test"));
  const labelled = areLabelled(source, part);
  // By all parts, so that a class has the same number in each.
  const names = listing.pictures.flatMap(({ label }) => (label === null ? [] : [label]));
  const { labelOf, classes } = numberClasses(labelled ? names : [], options.classes ?? null);
  const { preprocessing, notes } = await surveyPictures(listing.pictures, options.preprocessing ?? {});
  const folder = join(cacheFolder(), "pictures");
  const memo = await PictureMemo.open(folder, resolve(source));
  const cache = new PictureCache(folder, preprocessing, options.signal);
  const problems = new Map<string, PictureProblem>();
  // Each time round, files that turned out to be unreadable are left out, and the others may take their places.
  for (;;) {
    const usable = part
      .filter(({ path }) => !problems.has(path))
      .map((picture) => ({
        ...picture,
        label: picture.label === null ? 0 : labelOf(picture.label),
        validation: picture.part === "validation",
      }));
    const skipped = [...listing.problems, ...problems.values()].sort((a, b) => byCodePoint(a.path, b.path));
    requireEnough(source, usable.length, skipped, options);
    const { rows, validation } = orderPictures(usable, {
      seed: options.seed ?? 1,
      limit: options.limit ?? null,
      validation: split === "test" ? 0 : (options.validation ?? null),
    });
    const pictures = rows.map((row) => usable[row]!);
    const outcomes = await memo.hashes(pictures, threads, (done, total) =>
      options.onPictures?.("reading", done, total),
    );
    const before = problems.size;
    for (const [i, outcome] of outcomes.entries()) {
      const reason = outcome.ok ? memo.unreadable(outcome.hash) : outcome.reason;
      if (reason !== undefined) problems.set(pictures[i]!.path, { path: pictures[i]!.path, reason });
    }
    if (problems.size > before) continue;
    const hashed = pictures.map((picture, i) => {
      const outcome = outcomes[i]!;
      return { ...picture, hash: outcome.ok ? outcome.hash : "" };
    });
    const contents = hashed.map(({ hash }) => hash);
    let cached = await cache.find(contents);
    if (!cached) {
      const { failed } = await cache.build(hashed, threads, (done, total) =>
        options.onPictures?.("decoding", done, total),
      );
      for (const [hash, reason] of failed) memo.setUnreadable(hash, reason);
      if (failed.size > 0) continue;
      cached = await cache.find(contents);
    }
    await memo.save();
    if (!cached) {
      throw new InputError(
        `${folder}: what was written there cannot be read back, expected the pictures that were decoded: check the disk, or name another folder by KINDRED_CACHE`,
      );
    }
    return {
      dataset: datasetOf({
        name: split === "test" ? `${source} (test)` : source,
        cached,
        preprocessing,
        pictures,
        labelled,
        classes,
      }),
      validation,
      ownValidation: part.some((picture) => picture.part === "validation"),
      report: {
        source,
        used: pictures.length,
        left: split === "test" ? 0 : listing.pictures.length - part.length,
        skipped,
        emptyClasses: listing.emptyClasses,
        passedOver: listing.passedOver ?? [],
        otherFiles: listing.otherFiles ?? [],
        notes,
        ...findDuplicates(hashed, classes),
      },
    };
  }
}

function requireEnough(
  source: string,
  usable: number,
  skipped: readonly PictureProblem[],
  { least = 2, strict = false }: ReadPicturesOptions,
): void {
  const [first] = skipped;
  const why = first ? `: ${first.path}: ${first.reason}` : "";
  if (strict && first) {
    const others = skipped.length > 1 ? ` (and ${skipped.length - 1} more)` : "";
    throw new InputError(`${source} has files that --strict refuses${why}${others}`);
  }
  if (usable >= least) return;
  const expected =
    least === 1 ? "expected at least 1" : "expected at least 2, as pictures are compared in pairs";
  throw new InputError(
    `${source} has ${usable} ${usable === 1 ? "picture" : "pictures"} that can be read, ${expected}${why}`,
  );
}

function datasetOf(parts: {
  readonly name: string;
  readonly cached: CachedPictures;
  readonly preprocessing: Preprocessing;
  readonly pictures: readonly {
    readonly path: string;
    readonly label: number;
    readonly place: number;
    readonly fields?: Fields;
  }[];
  readonly labelled: boolean;
  readonly classes: readonly string[] | null;
}): ImageDataset {
  const { name, cached, preprocessing, pictures, labelled, classes } = parts;
  const { size, channels } = preprocessing;
  return {
    name,
    count: pictures.length,
    channels,
    height: size,
    width: size,
    pixels: cached.pixels,
    pixelsChecksum: cached.checksum,
    labels: Int32Array.from(pictures, ({ label }) => label),
    labelled,
    ...(labelled && classes ? { classes } : {}),
    paths: pictures.map(({ path }) => path),
    ...(pictures.some(({ fields }) => fields) ? { fields: pictures.map(({ fields = {} }) => fields) } : {}),
    rows: Uint32Array.from(pictures, ({ place }) => place),
    preprocessing,
  };
}
