import type { ImageDataset } from "../../modality/image/index.ts";
import { fittedToData, type RunChoices, recipeConfig } from "../recipes.ts";
import { autoRecipe, type RecipeChoice, type RecipeName } from "../recipeTable.ts";
import type { RunConfig } from "../runConfig.ts";
import { chooseTraining } from "./choose.ts";
import { guidanceFor } from "./guidance.ts";
import type { Guidance } from "./guidanceFile.ts";
import { type LookOptions, lookAtPictures } from "./seen.ts";

/** The pictures of a training. */
export interface PlannedData {
  readonly training: ImageDataset;
  readonly validation: ImageDataset;
  readonly fingerprint: string;
}

/** What is chosen of a run beside its recipe; what is left out follows from its pictures. */
export type PlanChoices = Omit<RunChoices, "channels" | "size" | "validation"> & {
  /** Pictures to keep for validation. */
  readonly validation?: number | undefined;
};

/** What a new run is to be. */
export interface RunPlan {
  readonly config: RunConfig;
  readonly guidance: Guidance;
}

/** Rows of arrays kept for validation where nothing is said, and of fewer than five times as many their share. */
const usual = { validation: 1000, share: 1 / 5 };

/** Pictures kept for validation where nothing is said and the data has no part of its own: 1,000, or a fifth of fewer than 5,000. */
export function usualValidation(count: number): number {
  return Math.min(usual.validation, Math.floor(count * usual.share));
}

/**
 * A configuration by which data can be read before a run is planned for it, as if its pictures were MNIST's.
 *
 * @throws InputError when two choices do not go together.
 */
export function configToRead(recipe: RecipeChoice, choices: PlanChoices): RunConfig {
  const validation = choices.validation ?? usual.validation;
  return recipeConfig(recipeToRead(recipe), { ...choices, validation, channels: 1, size: 28 });
}

function recipeToRead(recipe: RecipeChoice): RecipeName {
  return recipe === autoRecipe ? "fast" : recipe;
}

/**
 * Plans a new run, whoever asks for it: looks at the pictures, with the recipe `auto` chooses what suits them, and fits the
 * configuration to them.
 *
 * @param chosen what is chosen beside the recipe, which always holds
 * @throws InputError when two choices do not go together, or do not suit the pictures.
 * @throws AbortedError by the signal.
 */
export async function planRun(
  recipe: RecipeChoice,
  chosen: PlanChoices,
  data: PlannedData,
  options: Omit<LookOptions, "source"> = {},
): Promise<RunPlan> {
  const { channels, height: size } = data.training;
  const choices: RunChoices = { ...chosen, channels, size, validation: data.validation.count };
  const seen = await lookAtPictures(data, { ...options, source: choices.source });
  const choice = recipe === autoRecipe ? chooseTraining(seen, choices) : null;
  const config = recipeConfig(choice?.recipe ?? recipeToRead(recipe), choice?.choices ?? choices);
  return {
    config: fittedToData(config, data, choices.classes !== undefined),
    guidance: guidanceFor(seen, recipe, choice),
  };
}
