import { type Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../base/index.ts";
import {
  type ColourOrder,
  colourOrders,
  colourPattern,
  type DataForm,
  type Fit,
  fits,
} from "../modality/image/index.ts";
import type { PictureProblem } from "../platform/node/pictures/listing/pictureTree.ts";
import { type PictureReport, pictureReportLines } from "../platform/node/pictures/pictureReport.ts";
import type { PictureStage } from "../platform/node/pictures/readPictures.ts";
import type { ChosenPreprocessing } from "../platform/node/pictures/surveyPictures.ts";
import type { RunConfig } from "../runs/index.ts";
import { note } from "./console.ts";
import { strictOption, wholeNumber } from "./options.ts";
import { StageLine } from "./stageLine.ts";

const channelsOf = { grey: 1, colour: 3 } as const;

/** How picture files and tables are read. */
export interface PictureOptions {
  readonly size?: number;
  readonly channels?: keyof typeof channelsOf;
  readonly fit?: Fit;
  readonly background?: string;
  readonly unlabelled?: boolean;
  readonly strict?: boolean;
  readonly labelColumn?: string;
  readonly colourOrder?: ColourOrder;
  readonly transpose?: boolean;
}

/** The least side that an encoder takes. */
const leastSize = 8;
/** The greatest that `requireBounds` lets an encoder take. */
const mostSize = 4096;

/** Adds the options of {@link PictureOptions} to a command. */
export function addPictureOptions(command: Command): Command {
  return command
    .option(
      "--size <px>",
      "side that picture files are made (default: 28, 32, 48 or 64, as their median side)",
      wholeNumber(leastSize, mostSize),
    )
    .addOption(
      new Option("--channels <kind>", "read them as (default: grey where all are)").choices(
        Object.keys(channelsOf),
      ),
    )
    .addOption(
      new Option(
        "--fit <how>",
        "make them square: cover cuts to the middle, contain puts them on black (default: cover)",
      ).choices(fits),
    )
    .option(
      "--background <colour>",
      "what shines through transparent pictures, and lies around those of --fit contain: black, white or #rrggbb (default: black, of dark drawings on a transparent ground white)",
      colour,
    )
    .option("--unlabelled", "pass over their folders' names, or a table's labels")
    .addOption(strictOption())
    .option(
      "--label-column <name>",
      "the column of a table that holds the labels (default: label, class, target or the like)",
    )
    .addOption(
      new Option(
        "--colour-order <order>",
        "where the colours are in a CSV's rows: all red, then all green, then all blue, or by pixel (default: as the pictures look)",
      ).choices(colourOrders),
    )
    .option("--transpose", "exchange rows and columns of arrays, which EMNIST's letters need");
}

/** What the command line says of how the data is written. */
export function dataForm(options: PictureOptions): DataForm {
  const { labelColumn, colourOrder, transpose = false } = options;
  return { labelColumn: labelColumn ?? null, colourOrder: colourOrder ?? null, transpose };
}

function colour(text: string): string {
  const named = { black: "#000000", white: "#ffffff" }[text.toLowerCase()] ?? text.toLowerCase();
  if (colourPattern.test(named)) return named;
  throw new InvalidArgumentError("expected black, white or #rrggbb, such as #808080.");
}

/** What of a preprocessing the command line chooses. */
export function chosenPreprocessing({
  size,
  channels,
  fit,
  background,
}: PictureOptions): ChosenPreprocessing {
  return {
    ...(size === undefined ? {} : { size }),
    ...(channels === undefined ? {} : { channels: channelsOf[channels] }),
    ...(fit === undefined ? {} : { fit }),
    ...(background === undefined ? {} : { background }),
  };
}

/**
 * That data is told nothing about another kind of data, rather than told in vain.
 *
 * @throws InputError naming the option.
 */
export function requireUse(
  options: PictureOptions,
  source: string,
  report: PictureReport | null | undefined,
): void {
  const [names, kind] = report
    ? ([["colourOrder", "transpose"], "arrays"] as const)
    : ([["size", "channels", "fit", "background", "strict"], "picture files"] as const);
  for (const name of names) {
    if (options[name] === undefined) continue;
    const flag = name === "colourOrder" ? "colour-order" : name;
    throw new InputError(`--${flag} says how ${kind} are read, and ${source} has none: leave it out`);
  }
}

/** Each option that a resumed run may repeat but not change, with what the run was begun with; null for without. */
export function picturesBegunWith({
  data,
}: RunConfig): Readonly<Record<Exclude<keyof PictureOptions, "strict">, string | number | boolean | null>> {
  const { preprocessing, unlabelled, form } = data;
  return {
    ...form,
    size: preprocessing?.size ?? null,
    channels: preprocessing ? (preprocessing.channels === 1 ? "grey" : "colour") : null,
    fit: preprocessing?.fit ?? null,
    background: preprocessing ? (preprocessing.background ?? "#000000") : null,
    unlabelled,
  };
}

/** What is the same for all splits of a data set, once it was told. */
const nothing = { emptyClasses: [], passedOver: [], otherFiles: [], notes: [] };

/** Tells people of picture files that are read. */
export class PictureProgress {
  readonly #line = new StageLine();
  readonly #reports: PictureReport[] = [];

  readonly onPictures = (stage: PictureStage, done: number, total: number): void =>
    this.#line.update(stage, done, total);

  readonly onReport = (report: PictureReport): void => {
    this.end();
    // Another split of a data set tells of what it alone has.
    const before = this.#reports.filter(({ source }) => source === report.source);
    const told = new Set(before.flatMap(({ skipped }) => skipped.map(({ path }) => path)));
    const skipped = report.skipped.filter(({ path }) => !told.has(path));
    const { emptyClasses, passedOver, otherFiles, notes } = before.length > 0 ? nothing : report;
    noteReport({ ...report, skipped, emptyClasses, passedOver, otherFiles, notes });
    this.#reports.push(report);
  };

  /** All files that were skipped, for `--json`: once, though each split tells of them. */
  get skipped(): readonly PictureProblem[] {
    return [
      ...new Map(this.#reports.flatMap(({ skipped }) => skipped.map((one) => [one.path, one]))).values(),
    ];
  }

  readonly onNote = (text: string): void => {
    this.end();
    note(text);
  };

  end(): void {
    this.#line.end();
  }
}

/** Says what was skipped, and what is there twice. */
export function noteReport(report: PictureReport | null | undefined): void {
  if (report) for (const line of pictureReportLines(report)) note(line);
}
