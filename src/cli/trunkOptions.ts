import { type Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../base/index.ts";
import { type OpenedTrunk, openTrunk } from "../platform/node/trunk.ts";
import type { RunConfig } from "../train/index.ts";
import { wholeNumber } from "./options.ts";

/** A frozen model in the place of an encoder, and how it is used. */
export interface TrunkChoiceOptions {
  readonly trunk?: string;
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

/**
 * The trunk that options name, read and tried; null where they name none.
 *
 * @throws InputError when one of its options is given without it, or as `openTrunk`.
 */
export async function chosenTrunk(options: TrunkChoiceOptions): Promise<OpenedTrunk | null> {
  const { trunk, pool, trunkMean: mean, trunkStd: std } = options;
  if (trunk === undefined) {
    const stray = [
      ["--pool", pool],
      ["--trunk-mean", mean],
      ["--trunk-std", std],
      ["--hidden", options.hidden],
    ].find(([, value]) => value !== undefined);
    if (!stray) return null;
    throw new InputError(`${stray[0]} ${stray[1]} is for a trunk, expected --trunk beside it: leave it out`);
  }
  return openTrunk(trunk, { ...(pool ? { pool } : {}), ...(mean ? { mean } : {}), ...(std ? { std } : {}) });
}

/** Each of these options that a resumed run may repeat, with what the run was begun with; null for without. */
export function trunkBegunWith({
  encoder,
  trunk,
}: RunConfig): Readonly<Record<keyof TrunkChoiceOptions, string | number | null>> {
  const head = encoder.name === "head" ? encoder : null;
  const tokens = head && (head.trunk.pool === "mean" || head.trunk.pool === "cls");
  return {
    trunk,
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
