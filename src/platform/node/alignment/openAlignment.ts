import { join } from "node:path";
import { InputError, KindredError } from "../../../base/index.ts";
import { type ItemModality, type ItemProblem, itemModalities } from "../../../data/index.ts";
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
import { embedItems } from "./frozenItems.ts";
import { type FrozenTower, frozenTower, towerSource } from "./frozenTower.ts";
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
import { pretrainedHead } from "./pretrainedModelTower.ts";
import { lockedSense, type SenseTower, trainedSense } from "./senseTower.ts";
import { requireSpeakers, spokenDigits } from "./spokenDigits.ts";

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
  /** Texts that are longer than the tower takes; 0 where a frozen one embedded them before. */
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
  const frozen = await openFrozen(towers);
  try {
    const rows =
      data.source === sensesSource
        ? await digitRows(config, options)
        : await itemRows(config, options, [...frozen.values()]);
    const senses: SenseTower[] = [];
    for (const modality of itemModalities) {
      const configured = towers[modality];
      if (!configured) continue;
      if (!("locked" in configured)) {
        senses.push(trainedTower(config, modality, rows.preparation));
        continue;
      }
      const tower = frozen.get(modality);
      const head = configured.locked.head ? config.dim : null;
      if (!tower) senses.push(await openLocked(configured.locked, options.runtime));
      else {
        senses.push({
          ...trainedSense(pretrainedHead(modality, tower.dim, head), await tower.model(head)),
          frozen: () => frozenTower(configured.locked.from, modality),
        });
      }
    }
    return { ...rows, towers: senses };
  } finally {
    // What they make of the rows has been made.
    for (const tower of frozen.values()) await tower.dispose();
  }
}

/**
 * The towers that were trained elsewhere, by modality; not those of runs of pictures, whose pictures come as all others do.
 *
 * @throws InputError when one is not there, lacks a file, or has changed.
 */
async function openFrozen(
  towers: AlignmentConfig["towers"],
): Promise<ReadonlyMap<ItemModality, FrozenTower>> {
  const opened = new Map<ItemModality, FrozenTower>();
  try {
    for (const modality of itemModalities) {
      const configured = towers[modality];
      if (!configured || !("locked" in configured)) continue;
      const { from, fingerprint } = configured.locked;
      if (modality === "image" && (await towerSource(from)) === "pictures") continue;
      const tower = await frozenTower(from, modality);
      opened.set(modality, tower);
      if (tower.fingerprint !== fingerprint)
        throw changedTower(modality, from, tower.fingerprint, fingerprint);
    }
    return opened;
  } catch (error) {
    for (const tower of opened.values()) await tower.dispose();
    throw error;
  }
}

function changedTower(modality: string, from: string, found: string, expected: string): InputError {
  return new InputError(
    `the ${modality === "image" ? "picture" : modality} tower of ${from} has changed (fingerprint ${found}, was ${expected}): bring the old one back, or begin a new run`,
  );
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
 * The picture tower of a run of pictures, as it is.
 *
 * @throws InputError when it is not that of the fingerprint.
 */
async function openLocked(
  { from, fingerprint }: { readonly from: string; readonly fingerprint: string },
  runtime: Runtime,
): Promise<SenseTower> {
  const folder = new RunFolder(from);
  const config = await folder.readConfig();
  const { encoder, weights, epoch } = await readRunEncoder(folder, config);
  const copied = await readTower(join(from, "model"), "image");
  const found = copied.described.fingerprint;
  if (found !== fingerprint) throw changedTower("image", from, found, fingerprint);
  const { tower, state } = imageModel(encoder, config, weights, epoch).towers[0];
  return lockedSense({ tower, state }, copied, runtime);
}

/** How picture files are read for a tower; for one that reads them itself, how they are shown. */
async function picturesFor(
  image: NonNullable<AlignmentOpening["towers"]["image"]>,
): Promise<ChosenPreprocessing> {
  if ("locked" in image) {
    const { from } = image.locked;
    return (await towerSource(from)) === "pictures" ? (await lockedFrom(from, "image")).preprocessing : {};
  }
  return image.preprocessing ? settled(image.preprocessing) : {};
}

async function digitRows(config: AlignmentOpening, options: OpenAlignmentOptions) {
  const { text, audio } = config.towers;
  const { signal, onSpoken } = options;
  requireSpeakers(config.data.heldOut);
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

async function itemRows(
  config: AlignmentOpening,
  options: OpenAlignmentOptions,
  frozen: readonly FrozenTower[],
) {
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
  const form =
    audio && "encoder" in audio
      ? soundForm(audio.encoder)
      : (frozen.find(({ modality }) => modality === "audio")?.sound ?? null);
  const heard = form && (await decodeRecordings(found, form, options));
  const pictures = image ? await decodePictures(found, await picturesFor(image), options) : null;
  const images = pictures?.column ?? null;
  let cutByFrozen = 0;
  const values: ItemValues = {
    images,
    preparation:
      text && "encoder" in text
        ? await prepareText(trainedTexts, text.encoder, signal ? { signal } : {})
        : null,
    audio: form && heard ? { ...form, sounds: heard.sounds } : null,
    frozen: await embedItems(
      found.table,
      frozen,
      { images, sounds: heard?.sounds ?? null },
      {
        ...options,
        onCut: (count) => {
          cutByFrozen += count;
        },
      },
    ),
  };
  const { preparation } = values;
  return {
    preparation,
    problems: [...found.table.problems, ...(pictures?.report.skipped ?? []), ...(heard?.problems ?? [])],
    cut: preparation ? countCut(trainedTexts, preparation) : cutByFrozen,
    data: await itemSenses(found, values),
    measured: async () => measuredItems(found, values),
  };
}
