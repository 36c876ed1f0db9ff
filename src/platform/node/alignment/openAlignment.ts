import { join } from "node:path";
import { InputError, KindredError } from "../../../base/index.ts";
import type { ItemProblem } from "../../../data/index.ts";
import { audioTower } from "../../../modality/audio/index.ts";
import { encoderByName } from "../../../modality/image/index.ts";
import {
  captionFacts,
  captionProblem,
  countCut,
  prepareText,
  type TextPreparation,
  textTower,
} from "../../../modality/text/index.ts";
import {
  type AlignmentConfig,
  audioModelTower,
  imageModel,
  preprocessingOf,
  textModelTower,
} from "../../../runs/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import { encoderTower } from "../../../train/index.ts";
import { readTower } from "../model/modelFolder.ts";
import { type ChosenPreprocessing, settled } from "../pictures/surveyPictures.ts";
import { readRunEncoder } from "../run/runEncoder.ts";
import { RunFolder } from "../run/runFolder.ts";
import type { AlignmentData, MeasuredRows } from "./alignmentData.ts";
import { allDigitCaptions, digitSenses, measuredDigits } from "./digitSenses.ts";
import {
  type DecodeOptions,
  decodePictures,
  decodeRecordings,
  type FoundItems,
  findItems,
  type ItemValues,
  itemSenses,
  measuredItems,
} from "./itemSenses.ts";
import { lockedFrom } from "./lockedFrom.ts";
import { lockedSense, type SenseTower, trainedSense } from "./senseTower.ts";
import { spokenDigits } from "./spokenDigits.ts";

/** The built-in data of the lesson's second part. */
export const sensesSource = "senses";

/** Towers of a configuration, and the rows that it is trained and measured on. */
export interface OpenedAlignment {
  readonly towers: readonly SenseTower[];
  /** What texts are prepared by; null without a text tower. */
  readonly preparation: TextPreparation | null;
  readonly data: AlignmentData;
  /** Files that were left out, and why. */
  readonly problems: readonly ItemProblem[];
  /** Texts that are longer than the tower takes. */
  readonly cut: number;
  /** Rows to measure by, and of which part they are. */
  measured(): Promise<{ readonly of: "test" | "validation"; readonly rows: MeasuredRows }>;
}

export interface OpenAlignmentOptions extends DecodeOptions {
  readonly runtime: Runtime;
  /** Items that were found before, so that they are not looked for again. */
  readonly found?: FoundItems;
  /** Whether a table may name files out of its folder. Default true. */
  readonly outside?: boolean;
  readonly onSpoken?: (done: number, total: number) => void;
}

/** The parts of a configuration that say how its data and towers are opened. */
export type AlignmentOpening = Pick<AlignmentConfig, "data" | "towers" | "dim" | "seed">;

/**
 * Opens what a run of several modalities is trained on: its rows, and its towers without their weights.
 *
 * @throws InputError when the data cannot be read, lacks what a tower takes, or a locked tower is not the one that was begun with.
 * @throws AbortedError when stopped by the signal.
 */
export async function openAlignment(
  config: AlignmentOpening,
  options: OpenAlignmentOptions,
): Promise<OpenedAlignment> {
  const { data, towers } = config;
  const rows =
    data.source === sensesSource ? await digitRows(config, options) : await itemRows(config, options);
  const senses: SenseTower[] = [];
  for (const modality of ["image", "text", "audio"] as const) {
    const configured = towers[modality];
    if (!configured) continue;
    senses.push(
      "locked" in configured
        ? await openLocked(modality, configured.locked, options.runtime)
        : trainedTower(config, modality, rows.preparation),
    );
  }
  return { ...rows, towers: senses };
}

/** A tower that is trained here. */
function trainedTower(
  { towers, dim }: AlignmentOpening,
  modality: "image" | "text" | "audio",
  preparation: TextPreparation | null,
): SenseTower {
  const { image, text, audio } = towers;
  if (modality === "image" && image && "encoder" in image) {
    const tower = encoderTower(encoderByName(image.encoder));
    const { channels, size } = image.encoder;
    return trainedSense(tower, (state) => ({
      ...{ tower, state, identity: image, preprocessing: preprocessingOf(image) },
      input: `[batch, ${channels}, ${size}, ${size}] scaled to [-1, 1]`,
    }));
  }
  if (modality === "text" && text && "encoder" in text && preparation) {
    const choice = { ...text.encoder, dim };
    const tower = textTower(choice, preparation);
    return trainedSense(tower, (state) => textModelTower(tower, state, choice, preparation));
  }
  if (modality === "audio" && audio && "encoder" in audio) {
    const choice = { ...audio.encoder, ...soundForm(audio.encoder), dim };
    const tower = audioTower(choice);
    return trainedSense(tower, (state) => audioModelTower(tower, state, choice));
  }
  throw new KindredError(`there is no tower of ${modality} to train`);
}

/** The rate and the window of an audio tower. */
export function soundForm({
  sampleRate = 16_000,
  seconds = 1,
}: {
  sampleRate?: number | undefined;
  seconds?: number | undefined;
}) {
  return { sampleRate, seconds };
}

/**
 * The picture tower of a run, as it is.
 *
 * @throws InputError when it is not that of the fingerprint, or of another modality.
 */
async function openLocked(
  modality: string,
  { from, fingerprint }: { readonly from: string; readonly fingerprint: string },
  runtime: Runtime,
): Promise<SenseTower> {
  if (modality !== "image") {
    throw new InputError(
      `a tower of ${modality} was to be locked, expected one of image, from a run of pictures`,
    );
  }
  const folder = new RunFolder(from);
  const config = await folder.readConfig();
  const { encoder, weights, epoch } = await readRunEncoder(folder, config);
  const copied = await readTower(join(from, "model"), modality);
  if (copied.described.fingerprint !== fingerprint) {
    throw new InputError(
      `the picture tower of ${from} has changed (fingerprint ${copied.described.fingerprint}, was ${fingerprint}): bring the old run back, or begin a new one`,
    );
  }
  const { tower, state } = imageModel(encoder, config, weights, epoch).towers[0];
  return lockedSense({ tower, state }, copied, runtime);
}

/** How picture files are read for a tower. */
async function picturesFor(
  image: NonNullable<AlignmentOpening["towers"]["image"]>,
): Promise<ChosenPreprocessing> {
  if ("locked" in image) return (await lockedFrom(image.locked.from)).preprocessing;
  return image.preprocessing ? settled(image.preprocessing) : {};
}

async function digitRows(config: AlignmentOpening, options: OpenAlignmentOptions) {
  const { text, audio } = config.towers;
  const { signal, onSpoken } = options;
  const preparation = await prepareText(
    [...allDigitCaptions],
    text && "encoder" in text ? text.encoder : { name: "bag" },
    signal ? { signal } : {},
  );
  const form = soundForm(audio && "encoder" in audio ? audio.encoder : {});
  const spoken = await spokenDigits(form.sampleRate, {
    ...(signal ? { signal } : {}),
    ...(onSpoken ? { onProgress: onSpoken } : {}),
  });
  const { heldOut, limit } = config.data;
  const digits = { preparation, spoken, ...form, heldOut, limit, seed: config.seed };
  return {
    ...{ preparation, problems: [], cut: 0 },
    data: await digitSenses(digits),
    measured: async () => ({ of: "test" as const, rows: await measuredDigits(digits) }),
  };
}

async function itemRows(config: AlignmentOpening, options: OpenAlignmentOptions) {
  const { data, towers, seed } = config;
  const { signal, strict = false, outside = true } = options;
  const found =
    options.found ??
    (await findItems(data.source, {
      ...{ limit: data.limit, validation: data.validation, seed, strict, outside },
      ...{ label: data.labelColumn, unlabelled: data.unlabelled },
      ...(signal ? { signal } : {}),
    }));
  const { image, text, audio } = towers;
  const texts = found.table.items.map((item) => item.texts);
  const problem = text ? captionProblem(captionFacts(texts), "text") : null;
  if (problem !== null) throw new InputError(`${data.source}: ${problem}`);
  const trainedTexts = Array.from(found.split.training, (row) => texts[row]!).flat();
  const heard =
    audio && "encoder" in audio ? await decodeRecordings(found, soundForm(audio.encoder), options) : null;
  const pictures = image ? await decodePictures(found, await picturesFor(image), options) : null;
  const values: ItemValues = {
    images: pictures?.column ?? null,
    preparation:
      text && "encoder" in text
        ? await prepareText(trainedTexts, text.encoder, signal ? { signal } : {})
        : null,
    audio:
      audio && "encoder" in audio && heard ? { ...soundForm(audio.encoder), sounds: heard.sounds } : null,
  };
  const { preparation } = values;
  return {
    preparation,
    problems: [...found.table.problems, ...(pictures?.report.skipped ?? []), ...(heard?.problems ?? [])],
    cut: preparation ? countCut(trainedTexts, preparation) : 0,
    data: await itemSenses(found, values),
    measured: async () => measuredItems(found, values),
  };
}
