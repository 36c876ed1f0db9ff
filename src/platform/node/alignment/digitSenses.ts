import { crc32 } from "../../../base/index.ts";
import type { Column, Dataset } from "../../../data/index.ts";
import { AudioColumn, type Sound } from "../../../modality/audio/index.ts";
import { datasetOf, type ImageDataset, splitValidation, takeFirst } from "../../../modality/image/index.ts";
import { type TextPreparation, textColumn } from "../../../modality/text/index.ts";
import { digitCaptions } from "../../../runs/index.ts";
import { loadDataset } from "../datasets/datasets.ts";
import type { AlignmentData, MeasuredRows } from "./alignmentData.ts";
import type { SpokenDigit } from "./spokenDigits.ts";

/** Validation pictures, as of the lesson. */
const validationPictures = 1000;

/** What the lesson's second part is trained and measured on. */
export interface DigitSensesOptions {
  readonly preparation: TextPreparation;
  readonly spoken: readonly SpokenDigit[];
  /** Rate and window of the audio tower. */
  readonly sampleRate: number;
  readonly seconds: number;
  /** Speakers who are not trained on. */
  readonly heldOut: readonly string[];
  /** Pictures to take; null for all. */
  readonly limit: number | null;
  readonly seed: number;
}

/** All captions that a text tower is trained on. */
export const allDigitCaptions: readonly string[] = digitCaptions.flat();

/**
 * MNIST's pictures, each with what is written and said of its digit: any of the captions, any of the recordings. Recordings that are spoken
 * plainly are kept for validation.
 */
export async function digitSenses(options: DigitSensesOptions): Promise<AlignmentData> {
  const { heldOut, limit, seed, spoken } = options;
  const images = await loadDataset("mnist", { seed, ...(limit === null ? {} : { limit }) });
  const kept = Math.min(validationPictures, Math.floor(images.count / 5));
  const { training, validation } = splitValidation(images, kept);
  const trained = spoken.filter(({ speaker }) => !heldOut.includes(speaker));
  const soundsOf = (plain: boolean) => byDigit(trained.filter((word) => word.plain === plain));
  const [varied, plain] = [soundsOf(false), soundsOf(true)];
  return {
    training: withSenses(training, options, (label) => varied[label]!),
    validation: withSenses(validation, options, (label, row) => [plain[label]![row % plain[label]!.length]!]),
    fingerprint: fingerprintOf(images, trained),
  };
}

/** The test pictures, every caption, and the words of these speakers; all of them where none is held out. */
export async function measuredDigits(
  options: DigitSensesOptions,
  column: (dataset: ImageDataset) => Dataset = datasetOf,
): Promise<MeasuredRows> {
  const { preparation, spoken, sampleRate, seconds, heldOut, limit } = options;
  const test = await loadDataset("mnist", { split: "test" });
  const captions = digitCaptions.flatMap((texts, digit) => texts.map((text) => ({ text, digit })));
  const heard = spoken.filter(({ speaker }) => heldOut.length === 0 || heldOut.includes(speaker));
  return [
    { modality: "image", dataset: column(limit === null ? test : takeFirst(test, limit)) },
    {
      modality: "text",
      dataset: rowsOf(
        textColumn(
          "captions",
          captions.map(({ text }) => [text]),
          preparation,
        ),
        captions.map(({ digit }) => digit),
      ),
    },
    {
      modality: "audio",
      dataset: rowsOf(
        new AudioColumn(
          "spoken digits",
          heard.map(({ sound }) => [sound]),
          { sampleRate, seconds },
        ),
        heard.map(({ digit }) => digit),
      ),
    },
  ];
}

function rowsOf(column: Column, labels: readonly number[]): Dataset {
  const { name, count, modality } = column;
  return { name, count, labels: Int32Array.from(labels), columns: new Map([[modality, column]]) };
}

function byDigit(words: readonly SpokenDigit[]): Sound[][] {
  return digitCaptions.map((_, digit) =>
    words.filter((word) => word.digit === digit).map(({ sound }) => sound),
  );
}

function withSenses(
  images: ImageDataset,
  { preparation, sampleRate, seconds }: DigitSensesOptions,
  soundsOf: (label: number, row: number) => readonly Sound[],
): Dataset {
  const dataset = datasetOf(images);
  const labels = Array.from(images.labels);
  const texts = labels.map((label) => digitCaptions[label]!);
  const sounds = labels.map(soundsOf);
  const columns = new Map(dataset.columns);
  columns.set("text", textColumn(images.name, texts, preparation));
  columns.set("audio", new AudioColumn(images.name, sounds, { sampleRate, seconds }));
  return { ...dataset, columns };
}

/** Of the pictures, and of who says what how. */
function fingerprintOf(images: ImageDataset, spoken: readonly SpokenDigit[]): string {
  const words = JSON.stringify([digitCaptions, spoken.map(({ digit, speaker }) => [digit, speaker])]);
  const sum = spoken.reduce(
    (crc, { sound: { samples } }) =>
      crc32(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), crc),
    crc32(new TextEncoder().encode(words)),
  );
  const pictures = crc32(images.pixels);
  return [pictures, sum].map((value) => value.toString(16).padStart(8, "0")).join("-");
}
