import type { DeviceName } from "../../platform/node/ort/devices.ts";
import { type RunChoices, usualValidation } from "../../runs/index.ts";
import type { Output } from "../console.ts";
import { dataForm, type PictureOptions } from "../pictureOptions.ts";
import type { ChosenFile, TrunkChoiceOptions } from "../trunkOptions.ts";
import { type ChoiceOptions, chosen } from "./trainChoices.ts";

/** The options of a training, its folder being named. */
export interface TrainOptions extends Output, ChoiceOptions, PictureOptions, TrunkChoiceOptions {
  readonly data: string;
  readonly limit?: number;
  readonly validation?: number;
  readonly epochs?: number;
  readonly patience?: number;
  readonly batchSize?: number;
  readonly seed: number;
  readonly out: string;
  readonly init?: string;
  readonly record: boolean;
  readonly device: DeviceName;
  readonly resume: boolean;
  readonly force: boolean;
}

/** As the command line is parsed: the folder depends on data and recipe where none is named. */
export type ParsedOptions = Omit<TrainOptions, "out"> & { readonly out?: string };

/** What is chosen, and what follows from the pictures; before they are read, as if they were MNIST's. */
export function choicesOf(
  options: ParsedOptions,
  trunk: ChosenFile | null,
  pictures = { channels: 1, height: 28, count: Number.POSITIVE_INFINITY },
): RunChoices {
  return {
    ...chosen(options),
    source: options.data,
    limit: options.limit ?? null,
    validation: options.validation ?? usualValidation(pictures.count),
    unlabelled: options.unlabelled,
    form: dataForm(options),
    epochs: options.epochs,
    patience: options.patience,
    batchSize: options.batchSize,
    seed: options.seed,
    init: options.init ?? null,
    record: options.record,
    channels: pictures.channels,
    size: pictures.height,
    trunk: trunk ? { file: trunk.file, choice: trunk.opened.choice } : undefined,
    hidden: options.hidden,
  };
}
