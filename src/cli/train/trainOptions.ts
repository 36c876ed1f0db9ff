import type { DeviceName } from "../../platform/node/ort/devices.ts";
import type { PlanChoices } from "../../runs/index.ts";
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

/** What is chosen of a run. */
export function choicesOf(options: ParsedOptions, trunk: ChosenFile | null): PlanChoices {
  return {
    ...chosen(options),
    source: options.data,
    limit: options.limit ?? null,
    validation: options.validation,
    unlabelled: options.unlabelled,
    form: dataForm(options),
    epochs: options.epochs,
    patience: options.patience,
    batchSize: options.batchSize,
    seed: options.seed,
    init: options.init ?? null,
    record: options.record,
    trunk: trunk ? { file: trunk.file, choice: trunk.opened.choice } : undefined,
    hidden: options.hidden,
  };
}
