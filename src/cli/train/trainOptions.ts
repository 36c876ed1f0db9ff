import { InputError } from "../../base/index.ts";
import type { PictureReport } from "../../platform/node/pictures/pictureReport.ts";
import { type TrainingValues, trainingOptions } from "../../runs/index.ts";
import { flag, flagOf, type OptionTable, type OptionValues, path, textOf } from "../../runs/option.ts";
import { shared, taking } from "../options.ts";

/** What `kindred train` takes. */
export const trainOptions = {
  ...trainingOptions,
  out: {
    is: path("dir"),
    about: "folder of the run",
    usual: "runs/ and the name of a folder of pictures, or else the recipe's",
  },
  resume: { is: flag(), about: "go on with the run in --out", default: false },
  force: { ...shared.force, about: "replace the run in --out; files of others there stay" },
  ...taking("device", "json"),
} satisfies OptionTable;

/** As the command line is parsed: the folder depends on data and recipe where none is named. */
export type ParsedOptions = OptionValues<typeof trainOptions>;

/** The options of a training, its folder being named. */
export type TrainOptions = ParsedOptions & { readonly out: string };

/** The first option given that says something about this alone, as it is written, and its value. */
export function givenFor(
  what: "arrays" | "picture files" | "a trunk" | "several modalities",
  options: Partial<TrainingValues>,
): { readonly flag: string; readonly value: string } | null {
  const values: Readonly<Record<string, unknown>> = { ...options };
  const rows: OptionTable = trainingOptions;
  for (const [name, { is, only }] of Object.entries(rows)) {
    if (only !== what || values[name] === undefined) continue;
    return { flag: `--${flagOf(name)}`, value: textOf(is, values[name]) };
  }
  return null;
}

/**
 * That data is told nothing about another kind of data, rather than told in vain.
 *
 * @throws InputError naming the option.
 */
export function requireUse(
  options: Partial<TrainingValues>,
  source: string,
  report: PictureReport | null | undefined,
): void {
  const what = report ? "arrays" : "picture files";
  const stray = givenFor(what, options);
  if (stray) {
    throw new InputError(`${stray.flag} says how ${what} are read, and ${source} has none: leave it out`);
  }
}
