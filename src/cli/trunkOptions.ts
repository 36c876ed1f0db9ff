import { type Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../base/index.ts";
import type { Preprocessing } from "../modality/image/index.ts";
import type { ConfiguredData } from "../platform/node/run/trainRun.ts";
import { type OpenedTrunk, openTrunk, requireTrunkSize } from "../platform/node/trunk/trunk.ts";
import { listOutputs } from "../platform/node/trunk/trunkOutput.ts";
import type { RunConfig } from "../runs/index.ts";
import { wholeNumber } from "./options.ts";

/** A frozen model in the place of an encoder, and how it is used. */
export interface TrunkChoiceOptions {
  readonly trunk?: string;
  readonly trunkOutput?: string;
  readonly pool?: "mean" | "cls";
  readonly trunkMean?: readonly number[];
  readonly trunkStd?: readonly number[];
  readonly hidden?: number;
}

/** Adds the options of {@link TrunkChoiceOptions} to a command. */
export function addTrunkOptions(command: Command): Command {
  return command
    .option(
      "--trunk <file.onnx>",
      "a frozen feature extractor in place of --encoder: its features are made once, and a head is trained on them",
    )
    .option(
      "--trunk-output <name>",
      "which of its outputs (default: the first that is a vector of each picture)",
    )
    .option("--hidden <n>", "length of that head's hidden layer, 0 for none (default: 256)", wholeNumber(0))
    .addOption(
      new Option(
        "--pool <name>",
        "of a trunk that gives tokens: their mean, or the first one (default: mean)",
      ).choices(["mean", "cls"]),
    )
    .option(
      "--trunk-mean <values>",
      "mean that the trunk takes off values from 0 to 1, one or one for each channel (default: 0.5)",
      numbers(false),
    )
    .option("--trunk-std <values>", "deviation that it divides them by (default: 0.5)", numbers(true));
}

/** A trunk that was read and tried, and the options that it was opened by. */
export interface ChosenFile {
  readonly file: string;
  readonly opened: OpenedTrunk;
}

/**
 * The trunk that options name, read and tried; null where they name none.
 *
 * @param size of the pictures, where one is chosen
 * @throws InputError when one of its options is given without it, or as `openTrunk`.
 */
export async function chosenTrunk(options: TrunkChoiceOptions, size?: number): Promise<ChosenFile | null> {
  const { trunk: file, trunkOutput: output, pool, trunkMean: mean, trunkStd: std } = options;
  if (file === undefined) {
    const stray = [
      ["--trunk-output", output],
      ["--pool", pool],
      ["--trunk-mean", mean],
      ["--trunk-std", std],
      ["--hidden", options.hidden],
    ].find(([, value]) => value !== undefined);
    if (!stray) return null;
    throw new InputError(`${stray[0]} ${stray[1]} is for a trunk, expected --trunk beside it: leave it out`);
  }
  const opened = await openTrunk(file, {
    ...(output === undefined ? {} : { output }),
    ...(pool ? { pool } : {}),
    ...(mean ? { mean } : {}),
    ...(std ? { std } : {}),
    ...(size === undefined ? {} : { size }),
  });
  return { file, opened };
}

/** How picture files are read for a trunk where nothing is chosen: at its size, and grey where it takes one channel. */
export function trunkPreprocessing(trunk: ChosenFile | null): Partial<Preprocessing> {
  if (!trunk) return {};
  const { size, channels } = trunk.opened;
  return { size, ...(channels === 1 ? { channels: 1 } : {}) };
}

/**
 * The trunk for the pictures that were read: as it is where these are of its size; tried anew where they are arrays, whose size
 * is their own, and the trunk takes any.
 *
 * @throws InputError when it does not take them.
 */
export async function trunkForPictures(
  trunk: ChosenFile | null,
  options: TrunkChoiceOptions,
  { training, report }: ConfiguredData,
): Promise<ChosenFile | null> {
  if (!trunk) return null;
  const { opened } = trunk;
  const other =
    !report && opened.anySize && training.height === training.width && training.height !== opened.size;
  const fitting = other ? (await chosenTrunk(options, training.height))! : trunk;
  requireTrunkSize(fitting.opened, fitting.file, training);
  return fitting;
}

/** What there is to say about a trunk and the pictures that it is given. */
export function trunkLines(
  { file, opened }: ChosenFile,
  { channels: given }: { readonly channels: number },
  sizeChosen: boolean,
): string[] {
  const { choice, channels, size, anySize, outputs } = opened;
  const free = anySize && !sizeChosen ? " (the file leaves the size open: --size tries another)" : "";
  const of = choice.pool === "vector" || choice.pool === "map" ? "" : `, the ${choice.pool} of its tokens`;
  const others = outputs.length > 1 ? `; --trunk-output chooses among ${listOutputs(outputs)}` : "";
  const lines = [
    `trunk: ${file} takes ${channels} x ${size} x ${size}${free} and gives ${choice.output}, ${choice.features} numbers${of}${others}`,
  ];
  if (given === 1 && channels > 1) {
    lines.push(`the pictures are grey and the trunk takes ${channels} channels: each gets the same`);
  } else if (channels === 1) {
    lines.push("the trunk takes one channel: coloured pictures are made grey");
  }
  return lines;
}

/** Each of these options that a resumed run may repeat, with what the run was begun with; null for without. */
export function trunkBegunWith({
  encoder,
  trunk,
}: RunConfig): Readonly<Partial<Record<keyof TrunkChoiceOptions, string | number | null>>> {
  const head = encoder.name === "head" ? encoder : null;
  const tokens = head && (head.trunk.pool === "mean" || head.trunk.pool === "cls");
  return {
    // The file may lie elsewhere by now: what it holds is compared.
    ...(head ? {} : { trunk }),
    trunkOutput: head?.trunk.output ?? null,
    pool: tokens ? head.trunk.pool : null,
    trunkMean: head && shortened(head.trunk.mean),
    trunkStd: head && shortened(head.trunk.std),
    hidden: head?.hidden ?? null,
  };
}

/** As a list is given: one number where all are the same. */
function shortened(values: readonly number[]): string {
  return [...new Set(values)].length === 1 ? String(values[0]) : values.join(",");
}

/** A parser of numbers with commas between them. */
function numbers(positive: boolean): (text: string) => readonly number[] {
  return (text) => {
    const values = text.split(",").map(Number);
    const wrong = (value: number): boolean => !Number.isFinite(value) || (positive && value <= 0);
    if (text.split(",").some((part) => part.trim() === "") || values.some(wrong)) {
      throw new InvalidArgumentError(
        `expected ${positive ? "numbers above 0" : "numbers"} with commas between them, such as 0.48,0.46,0.41.`,
      );
    }
    return values;
  };
}
