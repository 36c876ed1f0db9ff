import { crc32, InputError, KindredError, Rng } from "../../base/index.ts";
import type { Column, Port, Ports, Vary } from "../../data/column.ts";
import type { Dataset } from "../../data/dataset.ts";
import { registerModality } from "../modality.ts";
import { augmentImages } from "./augment/augment.ts";
import type { AugmentOptions } from "./augment/options.ts";
import { augmentationOf, viewPolicy } from "./augment/policies.ts";
import { type PictureVariation, variationHere } from "./augment/varyPictures.ts";
import { fingerprint } from "./fingerprint.ts";
import { gatherImages, type ImageDataset, splitValidation } from "./imageDataset.ts";

registerModality({ name: "image", items: "pictures" });

/**
 * Pictures as a column. Its one port is `images` `[rows, channels, height, width]` in [-1, 1], or `features` `[rows, d]` where a
 * frozen model made some.
 */
export class ImageColumn implements Column {
  readonly modality = "image";
  readonly images: ImageDataset;
  readonly ports: readonly Port[];
  readonly #places: Int32Array | null;

  /**
   * @param places `[rows]`, which picture each row has; -1 for none. Default: each row has the picture of its number
   * @throws KindredError for a place that has no picture.
   */
  constructor(images: ImageDataset, places: Int32Array | null = null) {
    this.images = images;
    this.#places = places;
    const { channels, height, width, features, count } = images;
    const outside = places?.find((place) => place >= count);
    if (outside !== undefined) {
      throw new KindredError(`picture ${outside} is not in ${images.name}, expected one below ${count}`);
    }
    this.ports = features
      ? [{ name: "features", dtype: "float32", shape: [features.length / Math.max(1, count)] }]
      : [{ name: "images", dtype: "float32", shape: [channels, height, width] }];
  }

  get name(): string {
    return this.images.name;
  }

  get count(): number {
    return this.#places?.length ?? this.images.count;
  }

  has(row: number): boolean {
    return row < this.count && (this.#places === null || this.#places[row]! >= 0);
  }

  /**
   * Which of {@link images} rows have.
   *
   * @throws KindredError for a row that has none.
   */
  placesOf(rows: Uint32Array): Uint32Array {
    if (this.#places === null) return rows;
    const without = rows.find((row) => !this.has(row));
    if (without !== undefined) throw new KindredError(`row ${without} of ${this.name} has no picture`);
    return rows.map((row) => this.#places![row]!);
  }

  /** These rows as a column of the same pictures. */
  pick(rows: Uint32Array): ImageColumn {
    return new ImageColumn(
      this.images,
      Int32Array.from(rows, (row) => (this.#places ? this.#places[row]! : row)),
    );
  }

  gather(rows: Uint32Array): Ports {
    const [{ name, dtype, shape }] = this.ports as [Port];
    const data = gatherImages(this.images, this.placesOf(rows));
    return { [name]: { dtype, shape: [rows.length, ...shape], data } };
  }

  fingerprint(): string {
    const ofImages = fingerprint(this.images);
    if (this.#places === null) return ofImages;
    const { buffer, byteOffset, byteLength } = this.#places;
    const sum = crc32(new Uint8Array(buffer, byteOffset, byteLength))
      .toString(16)
      .padStart(8, "0");
    return `${ofImages}-${this.count}-${sum}`;
  }

  /** In the way that suits the pictures: `digits` for small grey ones, else `photo`. */
  readonly vary: Vary = (column, seed) => {
    const { channels, height } = this.images;
    return variedPictures(augmentationOf(viewPolicy(channels, height), height))(column, seed);
  };
}

/** Pictures as a data set of one column. */
export function datasetOf(images: ImageDataset): Dataset {
  const { name, count, labels, labelled, classes, paths, fields, rows } = images;
  return {
    ...{ name, count, labels },
    ...(labelled === undefined ? {} : { labelled }),
    ...(classes ? { classes } : {}),
    ...(paths ? { paths } : {}),
    ...(fields ? { fields } : {}),
    ...(rows ? { rows } : {}),
    columns: new Map([["image", new ImageColumn(images)]]),
  };
}

/** The pictures of a training and of its validation, each as a data set. */
export function datasetsOf({ training, validation }: Record<"training" | "validation", ImageDataset>) {
  return { training: datasetOf(training), validation: datasetOf(validation) };
}

/** Pictures as data sets of a training, the last `n` of them for validation, see {@link splitValidation}. */
export function splitDatasets(images: ImageDataset, n: number) {
  return datasetsOf(splitValidation(images, n));
}

/**
 * Varies pictures at random. Each batch is drawn from a stream of the seed, the epoch and its own number.
 *
 * @param variation where they are varied. Default: on this thread
 * @throws InputError for options out of range, no pictures, or a column that gives no pictures.
 */
export function variedPictures(
  augmentation: AugmentOptions,
  variation: PictureVariation = variationHere,
): Vary {
  return (column, seed) => {
    if (!(column instanceof ImageColumn) || column.images.features) {
      const given = column.ports.map(({ name }) => name).join(", ");
      throw new InputError(`${column.name} gives ${given}, and only pictures can be varied so`);
    }
    const pictures = column.images;
    if (pictures.count === 0)
      throw new InputError(`${pictures.name} has no pictures to vary, expected at least one`);
    // Options out of range are to be met before the first batch.
    augmentImages(pictures, new Uint32Array(0), Rng.of(0, "augmentation"), augmentation);
    const { channels, height, width } = pictures;
    return {
      ahead: variation.ahead,
      gather: async (rows, epoch, batch) => {
        const places = column.placesOf(rows);
        const data = await variation.vary({ pictures, rows: places, augmentation, seed, epoch, batch });
        return { images: { dtype: "float32", shape: [rows.length, channels, height, width], data } };
      },
    };
  };
}
