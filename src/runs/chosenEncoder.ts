import { InputError } from "../base/index.ts";
import { type EncoderName, encoderTable } from "../modality/image/index.ts";
import type { TrunkChoice } from "../nn/index.ts";
import { usual } from "./recipeTable.ts";
import type { ImageTowerConfig } from "./runConfig.ts";
import type { TrainingValues } from "./trainingOptions.ts";

/** A frozen model that is to make the features that a head is trained on. */
export interface ChosenTrunk {
  /** Where its ONNX file is. */
  readonly file: string;
  readonly choice: TrunkChoice;
}

/** Options of a training of which some may be chosen. */
export type Chosen<Name extends keyof TrainingValues> = {
  readonly [Option in Name]?: TrainingValues[Option] | undefined;
};

/** What is chosen of an encoder. */
export interface EncoderChoices extends Chosen<"encoder" | "width" | "depth" | "dim" | "hidden"> {
  readonly channels: number;
  readonly size: number;
  readonly trunk?: ChosenTrunk | undefined;
}

/**
 * The encoder that choices and a recipe's name come to.
 *
 * @throws InputError when an option was chosen that the encoder does not have.
 */
export function chosenEncoder(byRecipe: EncoderName, choices: EncoderChoices): ImageTowerConfig["encoder"] {
  const { encoder, channels, size, dim = usual.dim, trunk, hidden } = choices;
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
    return { name: "head", ...picture, hidden: hidden ?? usual.hidden, trunk: used };
  }
  const name = encoder ?? byRecipe;
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
