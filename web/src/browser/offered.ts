import {
  checkedRequest,
  type Hello,
  lossChoices,
  recipeChoices,
  requestNumbers,
  type TrainRequest,
} from "kindred/workspace";
import { siteDatasets } from "./siteDatasets.ts";

type Offered = Pick<Hello, "datasets" | "recipes" | "losses" | "defaults">;

/** Pictures that a first training takes unless told otherwise, so that it ends in about a minute. */
export const firstPictures = 10_000;

/** What a training in the browser can be asked for. */
export const offered: Offered = {
  datasets: siteDatasets.map(({ file: _, ...choice }) => choice),
  recipes: recipeChoices,
  losses: lossChoices,
  defaults: {
    data: siteDatasets[0].name,
    // What suits digits is the lesson, of which an epoch takes some minutes here.
    recipe: "fast",
    loss: null,
    epochs: 1,
    limit: firstPictures,
    seed: 1,
  },
};

/** Each epoch's weights are kept in memory. */
const epochs = { ...requestNumbers.epochs, most: 100 };

/** @throws InputError naming the first field that cannot be used, and what it may be. */
export function requireOffered(request: TrainRequest): void {
  checkedRequest(request, offered, epochs);
}
