import { InputError } from "../../base/index.ts";
import { received } from "../../base/parseJson.ts";
import { type LossName, lossByName, lossNames } from "../../losses/index.ts";
import { autoRecipe, type PlanChoices, type RecipeChoice } from "../../runs/index.ts";
import { expectedOf, isOf, type Kind, oneOf } from "../../runs/option.ts";
import type { Choice, Hello, MethodChoice, TrainRequest } from "../protocol.ts";
import { requestNumbers } from "./requestNumbers.ts";

/** The recipes that a training can be asked for; the first one chooses by itself. */
export const recipeChoices: readonly MethodChoice<RecipeChoice>[] = [
  {
    name: autoRecipe,
    title: "What suits the pictures",
    about: "Looks at the pictures and chooses encoder, batches and epochs for them, as kindred train does.",
    needsLabels: false,
  },
  {
    name: "fast",
    title: "Fast",
    about: "A compact encoder learns from all pairs of each batch, and sees every picture once an epoch.",
    needsLabels: true,
  },
  {
    name: "lesson",
    title: "Lesson",
    about: "A larger encoder learns from pairs of pictures, alike or not, as the lesson has it.",
    needsLabels: true,
  },
  {
    name: "simclr",
    title: "Without labels (SimCLR)",
    about: "The compact encoder learns to find a picture again in another variation of it; no label is used.",
    needsLabels: false,
  },
];

const losses: Readonly<Record<LossName, Omit<Choice, "name">>> = {
  "cosine-pair": {
    title: "Cosine of pairs",
    about: "The cosine similarity of each pair is drawn to 1 where it is alike and to 0 where it is not.",
  },
  "all-pairs-cosine": {
    title: "Cosine of all pairs",
    about: "The same of every pair that a batch has.",
  },
  supcon: {
    title: "Supervised contrastive (SupCon)",
    about: "Each picture is drawn to all of its class in the batch, and away from the others.",
  },
  "nt-xent": {
    title: "NT-Xent (SimCLR)",
    about: "Without labels: two variations of one picture are to find each other among all of the batch.",
  },
  infonce: {
    title: "InfoNCE",
    about: "Without labels: one variation of each picture is to find the other one among those of the batch.",
  },
  vicreg: {
    title: "VICReg",
    about:
      "Without labels or negatives: two variations of one picture lie together, while no coordinate dies out or follows another.",
  },
  "triplet-hard": {
    title: "Triplets, hardest of the batch",
    about: "The least similar positive of each anchor is to be nearer than its most similar negative.",
  },
  "triplet-semihard": {
    title: "Triplets, semi-hard",
    about:
      "As with triplets, but with negatives that are farther away than the positive and within the margin.",
  },
  margin: {
    title: "Contrastive with a margin",
    about:
      "Alike pictures are drawn together, unalike ones are pushed away until a margin lies between them.",
  },
};

/** The losses that a training can be asked for. */
export const lossChoices: readonly MethodChoice[] = lossNames.map((name) => ({
  name,
  ...losses[name],
  needsLabels: lossByName(name, {}).of !== "views",
}));

/** What a request chooses of a run; as `kindred train` by default, all else follows from the pictures. */
export function requestedChoices({ data, limit, epochs, seed, loss }: TrainRequest): PlanChoices {
  return {
    ...{ source: data, limit, epochs: epochs ?? undefined, seed, init: null, record: true },
    loss: lossNames.find((name) => name === loss),
  };
}

/**
 * A training that is asked for, where it is one of those offered.
 *
 * @param epochs how many may be asked for
 * @throws InputError naming the first field that cannot be used, what it holds and what was expected.
 */
export function checkedRequest(
  value: unknown,
  { datasets, recipes, losses }: Pick<Hello, "datasets" | "recipes" | "losses">,
  epochs = requestNumbers.epochs,
): TrainRequest {
  const among = (choices: readonly { readonly name: string }[]) =>
    oneOf(
      "name",
      choices.map(({ name }) => name),
    );
  // Without zod, which the worker of the page does not load.
  const shape: Readonly<Record<keyof TrainRequest, readonly [is: Kind, orNull?: string]>> = {
    data: [among(datasets)],
    recipe: [among(recipes)],
    loss: [among(losses), ""],
    epochs: [epochs, ", or null for as many as suit"],
    limit: [requestNumbers.limit, ", or null for all"],
    seed: [requestNumbers.seed],
  };
  const fields = Object.keys(shape);
  const refuse = (path: readonly string[], expected: string): never => {
    throw new InputError(`${path[0] ?? "the body"}: received ${received(value, path)}, expected ${expected}`);
  };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse([], `an object of ${fields.join(", ")}`);
  }
  for (const [name, [is, orNull]] of Object.entries(shape)) {
    const field: unknown = Object(value)[name];
    if (isOf(is, field) || (field === null && orNull !== undefined)) continue;
    refuse([name], `${expectedOf(is)}${orNull ?? ""}`);
  }
  const more = Object.keys(value).filter((name) => !fields.includes(name));
  if (more.length > 0) refuse([], `${fields.join(", ")} only, not ${more.join(", ")}`);
  return value as TrainRequest;
}
