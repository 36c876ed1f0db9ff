import { InputError } from "kindred";
import { type Hello, lossChoices, recipeChoices, type TrainRequest } from "kindred/workspace";
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
const mostEpochs = 100;

/** @throws InputError naming the first field that cannot be used, and what it may be. */
export function requireOffered(request: TrainRequest): void {
  const { data, recipe, loss, epochs, limit, seed } = request;
  oneOf("data", data, offered.datasets);
  oneOf("recipe", recipe, offered.recipes);
  if (loss !== null) oneOf("loss", loss, offered.losses);
  if (epochs !== null) whole("epochs", epochs, 1, mostEpochs);
  if (limit !== null) whole("limit", limit, 20, Number.MAX_SAFE_INTEGER);
  whole("seed", seed, 0, 2 ** 32 - 1);
}

function oneOf(field: string, value: string, choices: readonly { readonly name: string }[]): void {
  const names = choices.map(({ name }) => name);
  if (!names.includes(value)) {
    throw new InputError(`${field}: received ${JSON.stringify(value)}, expected one of ${names.join(", ")}`);
  }
}

function whole(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const upTo = most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : "";
  throw new InputError(`${field}: received ${value}, expected a whole number from ${least}${upTo}`);
}
