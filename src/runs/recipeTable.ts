import type { LossName } from "../losses/index.ts";
import type { EncoderName } from "../modality/image/index.ts";

/** How batches are drawn, as the command line names it. */
export const samplers = { pairs: "pairs", shuffled: "shuffled", "class-balanced": "classBalanced" } as const;

/** The course of the learning rate, as the command line names it. */
export const schedules = {
  step: "stepLR",
  "one-cycle": "oneCycle",
  "warmup-cosine": "warmupCosine",
  constant: "constant",
} as const;

/** What a recipe has where nothing else is chosen. */
export interface Recipe {
  readonly encoder: EncoderName;
  readonly loss: LossName;
  readonly optimizer:
    | { readonly name: "adam"; readonly learningRate: number }
    | { readonly name: "adamW"; readonly learningRate: number; readonly weightDecay: number };
  readonly schedule: keyof typeof schedules;
  readonly epochs: number;
  readonly batchSize: { readonly pairs: number; readonly pictures: number };
  readonly augment: boolean;
  readonly temperature?: number;
}

export const recipeNames = ["lesson", "fast", "simclr"] as const;
export type RecipeName = (typeof recipeNames)[number];

/** In place of a recipe: what suits the pictures. */
export const autoRecipe = "auto";

/** The recipes of pictures, or that one is to be chosen. */
export const pictureRecipes = [autoRecipe, ...recipeNames] as const;

/** A recipe of pictures, or that one is to be chosen. */
export type RecipeChoice = (typeof pictureRecipes)[number];

/** The recipes; `lessonConfig`, `fastConfig` and `simclrConfig` say where their values come from. */
export const recipes: Readonly<Record<RecipeName, Recipe>> = {
  lesson: {
    encoder: "lesson",
    loss: "cosine-pair",
    optimizer: { name: "adam", learningRate: 0.005 },
    schedule: "step",
    epochs: 10,
    batchSize: { pairs: 64, pictures: 64 },
    augment: false,
  },
  fast: {
    encoder: "compact",
    loss: "supcon",
    optimizer: { name: "adamW", learningRate: 0.01, weightDecay: 0.01 },
    schedule: "one-cycle",
    epochs: 1,
    batchSize: { pairs: 64, pictures: 96 },
    augment: true,
  },
  simclr: {
    encoder: "compact",
    loss: "nt-xent",
    temperature: 0.1,
    optimizer: { name: "adamW", learningRate: 0.01, weightDecay: 0.01 },
    schedule: "warmup-cosine",
    epochs: 10,
    batchSize: { pairs: 64, pictures: 256 },
    augment: true,
  },
};

/** What every recipe has: the length of an embedding and of a trunk head's hidden layer, and a balanced batch of 100 pictures. */
export const usual = { dim: 64, hidden: 256, classes: 10, imagesPerClass: 10 } as const;
