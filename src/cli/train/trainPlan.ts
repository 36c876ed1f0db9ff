import { basename, extname } from "node:path";
import { pictureOriginals } from "../../platform/node/pictures/cache/pictureOriginals.ts";
import { RunFolder } from "../../platform/node/run/runFolder.ts";
import type { ConfiguredData } from "../../platform/node/run/trainRun.ts";
import {
  autoRecipe,
  type PlanChoices,
  planRun,
  type RecipeChoice,
  type RecipeName,
  type RunPlan,
} from "../../runs/index.ts";
import { ProgressLine } from "../console.ts";
import type { ParsedOptions } from "./trainOptions.ts";
import type { ChosenFile } from "./trainTrunk.ts";

/** What is chosen of a run. */
export function choicesOf(options: ParsedOptions, trunk: ChosenFile | null): PlanChoices {
  const { labelColumn = null, colourOrder = null, transpose = false } = options;
  return {
    ...options,
    source: options.data,
    limit: options.limit ?? null,
    form: { labelColumn, colourOrder, transpose },
    init: options.init ?? null,
    trunk: trunk ? { file: trunk.file, choice: trunk.opened.choice } : undefined,
  };
}

/** Milliseconds of looking at pictures that need no word. */
const unsaid = 3000;

/** Plans a new run, with a line of progress where looking at the pictures takes long. */
export async function planTraining(
  recipe: RecipeChoice,
  choices: PlanChoices,
  data: ConfiguredData,
): Promise<RunPlan> {
  const line = new ProgressLine("looking at the pictures");
  const begin = performance.now();
  try {
    return await planRun(recipe, choices, data, {
      originals: pictureOriginals(choices.source, data),
      onProgress: (done, total) => {
        if (performance.now() - begin > unsaid) line.update(done, total, "");
      },
    });
  } finally {
    line.end();
  }
}

/** A run's folder where none is named: by the name of the picture files' folder or table, else by the recipe. */
export function usualFolder(source: string, recipe: RecipeName, hasPictures: boolean): string {
  return `runs/${hasPictures ? nameOf(source) : recipe}`;
}

/** The folder of the run to go on with where none is named: that of the data if there is one, else of the recipe. */
export function folderToResume(source: string, recipe: ParsedOptions["recipe"]): string {
  const ofData = `runs/${nameOf(source)}`;
  if (new RunFolder(ofData).exists) return ofData;
  return `runs/${recipe === autoRecipe ? "lesson" : recipe}`;
}

function nameOf(source: string): string {
  const name = basename(source, extname(source));
  return name === "" || name === "." || name === ".." ? "pictures" : name;
}
