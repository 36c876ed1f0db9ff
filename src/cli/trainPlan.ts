import { basename, extname } from "node:path";
import { RunFolder } from "../platform/node/runFolder.ts";
import type { ConfiguredData } from "../platform/node/trainRun.ts";
import {
  type ChosenTraining,
  chooseTraining,
  type Guidance,
  guidanceFor,
  lookAtPictures,
  type RecipeName,
  type RunChoices,
} from "../train/index.ts";
import { ProgressLine } from "./console.ts";
import { autoRecipe } from "./trainChoices.ts";

/** Milliseconds of looking at pictures that need no word. */
const unsaid = 3000;

/** What a new run is to be, after its pictures were looked at. */
export interface TrainPlan {
  readonly recipe: RecipeName;
  readonly choices: RunChoices;
  readonly guidance: Guidance;
}

/** Looks at the pictures; with the recipe `auto`, chooses what suits them. */
export async function planTraining(
  recipe: RecipeName | typeof autoRecipe,
  choices: RunChoices,
  data: ConfiguredData,
): Promise<TrainPlan> {
  const line = new ProgressLine("looking at the pictures");
  const begin = performance.now();
  try {
    const seen = await lookAtPictures(data, {
      source: choices.source,
      onProgress: (done, total) => {
        if (performance.now() - begin > unsaid) line.update(done, total, "");
      },
    });
    const choice: ChosenTraining | null = recipe === autoRecipe ? chooseTraining(seen, choices) : null;
    return {
      recipe: choice?.recipe ?? (recipe as RecipeName),
      choices: choice?.choices ?? choices,
      guidance: guidanceFor(seen, recipe, choice),
    };
  } finally {
    line.end();
  }
}

/** A recipe by which data can be read before one is chosen. */
export function recipeToRead(recipe: RecipeName | typeof autoRecipe): RecipeName {
  return recipe === autoRecipe ? "fast" : recipe;
}

/** A run's folder where none is named: by the name of the picture files' folder or table, else by the recipe. */
export function usualFolder(source: string, recipe: RecipeName, hasPictures: boolean): string {
  return `runs/${hasPictures ? nameOf(source) : recipe}`;
}

/** The folder of the run to go on with where none is named: that of the data if there is one, else of the recipe. */
export function folderToResume(source: string, recipe: RecipeName | typeof autoRecipe): string {
  const ofData = `runs/${nameOf(source)}`;
  if (new RunFolder(ofData).exists) return ofData;
  return `runs/${recipe === autoRecipe ? "lesson" : recipe}`;
}

function nameOf(source: string): string {
  const name = basename(source, extname(source));
  return name === "" || name === "." || name === ".." ? "pictures" : name;
}
