import { InvalidArgumentError, Option } from "commander";
import { deviceNames } from "../platform/node/ort/devices.ts";

/** A parser of whole numbers from `least`, to `most` where that is given. */
export function wholeNumber(least: number, most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < least || value > most) {
      const range = Number.isFinite(most) ? `from ${least} to ${most}` : `of ${least} or more`;
      throw new InvalidArgumentError(`expected a whole number ${range}.`);
    }
    return value;
  };
}

/** A parser of numbers above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError("expected a number above 0.");
  }
  return value;
}

export const deviceOption = (): Option =>
  new Option("--device <name>", "what to compute on").choices(deviceNames).default("auto");

export const strictOption = (): Option =>
  new Option("--strict", "refuse picture files that cannot be read, instead of skipping them");

export const jsonOption = (): Option =>
  new Option("--json", "print one JSON object on stdout and nothing else there").default(false);

export const checkpointOption = (): Option =>
  new Option(
    "--checkpoint <epoch>",
    "the checkpoint of this epoch, counted from 0: 3 is model_epoch_3.pt, after the epoch that training calls 4 (default: the best epoch where patience keeps one, else the last)",
  ).argParser(wholeNumber(0));
