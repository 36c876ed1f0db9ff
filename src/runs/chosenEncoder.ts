import { InputError } from "../base/index.ts";
import { type EncoderName, encoderTable } from "../modality/image/index.ts";
import type { TrunkChoice } from "../nn/index.ts";
import type { RunConfig } from "./runConfig.ts";

/** A frozen model that is to make the features that a head is trained on. */
export interface ChosenTrunk {
  /** Where its ONNX file is. */
  readonly file: string;
  readonly choice: TrunkChoice;
}

/** What is chosen of an encoder. */
export interface EncoderChoices {
  readonly channels: number;
  readonly size: number;
  readonly encoder?: EncoderName | undefined;
  readonly width?: number | undefined;
  /** Blocks of each stage. */
  readonly depth?: number | undefined;
  readonly dim?: number | undefined;
  readonly trunk?: ChosenTrunk | undefined;
  /** Length of the hidden layer of a trunk's head; 0 for none. */
  readonly hidden?: number | undefined;
}

/** Length of a head's hidden layer where nothing is chosen. */
const usualHidden = 256;

/**
 * The encoder that choices and a recipe's name come to.
 *
 * @throws InputError when an option was chosen that the encoder does not have.
 */
export function chosenEncoder(usual: EncoderName, choices: EncoderChoices): RunConfig["encoder"] {
  const { encoder, channels, size, dim = 64, trunk, hidden } = choices;
  const picture = { channels, size, dim };
  if (trunk) {
    if (encoder !== undefined) {
      throw new InputError(
        `the encoder ${encoder} was chosen beside the trunk ${trunk.file}, which is one itself: leave one of them out`,
      );
    }
    refuse("width", choices.width, "a trunk's head");
    refuse("depth", choices.depth, "a trunk's head");
    const { mean, std, ...rest } = trunk.choice;
    const used = { ...rest, mean: [...mean], std: [...std] };
    return { name: "head", ...picture, hidden: hidden ?? usualHidden, trunk: used };
  }
  const name = encoder ?? usual;
  if (hidden !== undefined) {
    throw new InputError(
      `a hidden layer of ${hidden} was chosen for the ${name} encoder, expected it beside --trunk only: leave it out`,
    );
  }
  const { width, depth } = encoderTable[name];
  if (width === null) {
    refuse("width", choices.width, `the ${name === "lesson" ? "lesson's" : name} encoder`);
  }
  if (depth === null) refuse("depth", choices.depth, `the ${name === "lesson" ? "lesson's" : name} encoder`);
  switch (name) {
    case "lesson":
      return { name, ...picture, dropout: 0.3 };
    case "compact":
      return { name, ...picture, width: choices.width ?? width! };
    case "resnet":
    case "convnext":
      return { name, ...picture, width: choices.width ?? width!, depth: choices.depth ?? depth! };
  }
}

function refuse(what: "width" | "depth", value: number | undefined, whose: string): void {
  if (value === undefined) return;
  const other = what === "width" ? "compact, resnet or convnext" : "resnet or convnext";
  throw new InputError(
    `a ${what} of ${value} was chosen for ${whose}, which has one of its own: leave it out, or choose the ${other} encoder`,
  );
}
