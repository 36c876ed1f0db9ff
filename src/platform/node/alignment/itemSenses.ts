import { embeddingColumn, repeatedCaptionsWarning } from "../../../alignment/index.ts";
import { crc32, InputError } from "../../../base/index.ts";
import {
  type Column,
  type Dataset,
  type ItemModality,
  type ItemProblem,
  type ItemSurvey,
  type ItemTable,
  itemDataset,
  NothingJoinedError,
  pickItems,
  requireUse,
  type SplitItems,
  splitItems,
  surveyItems,
  takeItems,
  textKey,
} from "../../../data/index.ts";
import { AudioColumn, compactSound, type Sound } from "../../../modality/audio/index.ts";
import { type ImageColumn, pixelsPerImage } from "../../../modality/image/index.ts";
import { type TextPreparation, textColumn, textPreview } from "../../../modality/text/index.ts";
import { readSound } from "../audio/readSound.ts";
import { imageColumnOf } from "../items/imageColumnOf.ts";
import { hasPicturesAlone, readItems } from "../items/readItems.ts";
import { makeThumbnails } from "../pictureIndex/thumbnails.ts";
import type { ChosenPreprocessing } from "../pictures/surveyPictures.ts";
import type { AlignmentData, MeasuredRows } from "./alignmentData.ts";
import type { ItemEmbeddings } from "./frozenEmbeddings.ts";

export interface OpenItemsOptions {
  /** Items to take, by lot; null for all. */
  readonly limit: number | null;
  /** Items to keep for validation; null for as many as suit. */
  readonly validation: number | null;
  readonly seed: number;
  readonly label?: string | null;
  readonly unlabelled?: boolean;
  readonly strict?: boolean;
  /** Whether a table may name files out of its folder. Default true. */
  readonly outside?: boolean;
  readonly signal?: AbortSignal;
}

/** Items that were found, before any file is decoded. */
export interface FoundItems {
  readonly table: ItemTable;
  readonly survey: ItemSurvey;
  readonly modalities: readonly ItemModality[];
  readonly why: string;
  readonly split: SplitItems;
}

/** Pictures are all that was found, which are no items to align. */
export class PicturesAloneError extends InputError {}

/**
 * Looks at a table or folder of items, and sets some aside.
 *
 * @throws NoItemsError when it is none; NothingJoinedError when its items join no modalities; InputError of pictures alone.
 */
export async function findItems(source: string, options: OpenItemsOptions): Promise<FoundItems> {
  const {
    limit,
    validation,
    seed,
    strict = false,
    outside = true,
    label = null,
    unlabelled = false,
    signal,
  } = options;
  if (await hasPicturesAlone(source, { label, unlabelled })) {
    throw new PicturesAloneError(
      `${source} has pictures alone, and an alignment joins two modalities: give each a text or a recording: a column beside it, or a file of its name`,
    );
  }
  const read = await readItems(source, {
    ...{ strict, outside, label, unlabelled },
    ...(signal ? { signal } : {}),
  });
  const table = limit === null ? read : takeItems(read, limit, seed);
  const survey = surveyItems(table);
  const use = requireUse(survey);
  if (use.kind !== "alignment") {
    const text = `${source}: ${use.why}, and an alignment joins two modalities: add a column text beside it, or another modality`;
    throw use.modality === "image" ? new PicturesAloneError(text) : new NothingJoinedError(text);
  }
  const split = splitItems(table, { seed, ...(validation === null ? {} : { validation }) });
  return { table, survey, modalities: use.modalities, why: use.why, split };
}

/** A warning where a batch can hold one text for items of different groups; null where that is rare. */
export function repeatedTextsWarning({ table, split }: FoundItems, batchSize: number): string | null {
  const numbers = new Map<string, number>();
  const texts = Int32Array.from(split.training, (row) => {
    const [first] = table.items[row]!.texts;
    if (first === undefined) return -1;
    const key = textKey(first);
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  });
  const groups = Int32Array.from(split.training, (row) => table.groups[row]!);
  return repeatedCaptionsWarning(texts, groups, batchSize);
}

/** What decoded files take long by. */
export interface DecodeOptions {
  readonly strict?: boolean;
  readonly signal?: AbortSignal;
  /** Told of pictures read and decoded, and of recordings decoded. */
  readonly onFiles?: (what: string, done: number, total: number) => void;
}

/** The pictures of all items; an item whose picture cannot be read lacks one. */
export async function decodePictures(
  { table }: FoundItems,
  preprocessing: ChosenPreprocessing,
  { strict = false, signal, onFiles }: DecodeOptions = {},
) {
  return imageColumnOf(table, {
    ...{ preprocessing, strict },
    ...(signal ? { signal } : {}),
    onPictures: (stage, done, total) => onFiles?.(`${stage} pictures`, done, total),
  });
}

/** The recordings of each item at a rate, no longer than the tower takes by far; what cannot be read is told. */
export async function decodeRecordings(
  { table }: FoundItems,
  { sampleRate, seconds }: { readonly sampleRate: number; readonly seconds: number },
  { strict = false, signal, onFiles }: DecodeOptions = {},
): Promise<{ readonly sounds: readonly (readonly Sound[])[]; readonly problems: readonly ItemProblem[] }> {
  const problems: ItemProblem[] = [];
  const total = table.items.reduce((sum, { audio }) => sum + audio.length, 0);
  const sounds: Sound[][] = [];
  let done = 0;
  // One file may be that of several items, such as pictures of one thing.
  const read = new Map<string, Sound | null>();
  for (const { audio } of table.items) {
    const ofItem: Sound[] = [];
    for (const { file, path } of audio) {
      let sound = read.get(file);
      if (sound === undefined) {
        sound = await readSound(file, {
          sampleRate,
          seconds: 4 * seconds,
          ...(signal ? { signal } : {}),
        }).then(compactSound, (error: unknown) => {
          if (strict || !(error instanceof InputError)) throw error;
          const { message } = error;
          problems.push({
            path,
            reason: message.startsWith(file) ? message.slice(file.length).trimStart() : message,
          });
          return null;
        });
        read.set(file, sound);
      }
      if (sound) ofItem.push(sound);
      onFiles?.("decoding recordings", ++done, total);
    }
    sounds.push(ofItem);
  }
  return { sounds, problems };
}

/** Values of every item, as columns are made of. */
export interface ItemValues {
  /** What towers that stay as they are make of the items, by modality. */
  readonly frozen: ReadonlyMap<ItemModality, ItemEmbeddings>;
  readonly images: ImageColumn | null;
  readonly preparation: TextPreparation | null;
  readonly audio: {
    readonly sounds: readonly (readonly Sound[])[];
    readonly sampleRate: number;
    readonly seconds: number;
  } | null;
}

/** The items of training and validation with a column of each modality. */
export async function itemSenses({ table, split }: FoundItems, values: ItemValues): Promise<AlignmentData> {
  const of = (rows: Uint32Array): Dataset =>
    itemDataset(pickItems(table, rows), columnsOf(table, rows, values));
  const [training, validation] = [of(split.training), of(split.validation)];
  const sums: string[] = [];
  for (const { columns } of [training, validation]) {
    for (const column of columns.values()) sums.push(await column.fingerprint());
  }
  const groups = crc32(new Uint8Array(table.groups.buffer, table.groups.byteOffset, table.groups.byteLength));
  return { training, validation, fingerprint: [groups.toString(16), ...sums].join("-") };
}

/**
 * What is measured by: the test items, or else the validation items. Of texts and of recordings one of each group counts, the first,
 * so that the pool has each name once.
 *
 * @throws InputError when neither is there.
 */
export function measuredItems(
  { table, split }: FoundItems,
  values: ItemValues,
): { readonly of: "test" | "validation"; readonly rows: MeasuredRows } {
  const of = split.test.length > 0 ? "test" : "validation";
  const rows = split[of];
  if (rows.length === 0) {
    throw new InputError(
      `${table.name} has no test and no validation items, expected some to measure by: train with --validation, or name a part test`,
    );
  }
  const dataset = itemDataset(pickItems(table, rows), columnsOf(table, rows, values));
  return {
    of,
    rows: [...dataset.columns.values()].flatMap((column) => {
      const seen = new Set<number>();
      const kept = Uint32Array.from(dataset.labels.keys()).filter((row) => {
        if (!column.has(row)) return false;
        if (column.modality === "image") return true;
        const group = dataset.labels[row]!;
        return !seen.has(group) && seen.add(group);
      });
      if (kept.length === 0) return [];
      const picked = rows.length === kept.length ? rows : kept.map((row) => rows[row]!);
      const one = columnsOf(table, picked, values).find(({ modality }) => modality === column.modality)!;
      return [{ modality: column.modality, dataset: itemDataset(pickItems(table, picked), [one]) }];
    }),
  };
}

function columnsOf(table: ItemTable, rows: Uint32Array, values: ItemValues): Column[] {
  const { name, items } = table;
  const { images, preparation, audio, frozen } = values;
  const texts = Array.from(rows, (row) => items[row]!.texts);
  const pictures = images?.pick(rows) ?? null;
  const columns: readonly (readonly [ItemModality, Pick<Column, "preview"> | Column | null])[] = [
    ["image", pictures && frozen.has("image") ? { preview: picturePreview(pictures) } : pictures],
    [
      "text",
      preparation
        ? textColumn(name, texts, preparation)
        : frozen.has("text")
          ? { preview: (row) => textPreview(texts[row]![0]!) }
          : null,
    ],
    [
      "audio",
      audio &&
        new AudioColumn(
          name,
          Array.from(rows, (row) => audio.sounds[row]!),
          audio,
        ),
    ],
  ];
  return columns.flatMap(([modality, column]): Column[] => {
    const embedded = frozen.get(modality);
    if (!embedded) return column && "gather" in column ? [column] : [];
    const { preview } = column ?? {};
    const of = {
      ...{ name, modality },
      ...(column && preview ? { preview: (row: number) => preview.call(column, row) } : {}),
    };
    const ofRows = Array.from(rows, (row) => embedded.embeddings[row]!);
    return [embeddingColumn(of, ofRows, embedded.dim, embedded.fingerprint(rows))];
  });
}

/** What a picture is shown by, where its column has only what a tower made of it. */
function picturePreview(column: ImageColumn): NonNullable<Column["preview"]> {
  const { images } = column;
  const each = pixelsPerImage(images);
  return async (row) => {
    const [place = 0] = column.placesOf(Uint32Array.of(row));
    const planes = images.pixels.subarray(place * each, (place + 1) * each);
    const [made] = await makeThumbnails([planes], [images.channels, images.height, images.width]);
    return made!;
  };
}
