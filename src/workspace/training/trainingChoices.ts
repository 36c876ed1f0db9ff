import { type LossName, lossByName, lossNames } from "../../losses/index.ts";
import { autoRecipe, type PlanChoices, type RecipeChoice } from "../../runs/index.ts";
import type { Choice, MethodChoice, TrainRequest } from "../protocol.ts";

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
