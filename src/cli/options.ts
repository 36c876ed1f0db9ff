import { InvalidArgumentError, Option } from "commander";
import { deviceNames } from "../platform/node/devices.ts";

/** A parser of whole numbers of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`expected a whole number of ${least} or more.`);
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

export const jsonOption = (): Option =>
  new Option("--json", "print one JSON object on stdout and nothing else there").default(false);

export const checkpointOption = (): Option =>
  new Option(
    "--checkpoint <epoch>",
    "the checkpoint of this epoch, counted from 0 (default: the best epoch where patience keeps one, else the last)",
  ).argParser(wholeNumber(0));
