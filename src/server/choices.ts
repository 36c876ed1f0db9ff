import { basename } from "node:path";
import { type Choice, type Hello, lossChoices, recipeChoices, type TrainRequest } from "../explorer/index.ts";
import { kaggleRows } from "../platform/node/datasets.ts";

type DatasetChoice = Hello["datasets"][number];

/** What a training can be asked for, as the page offers it. */
export interface Choices {
  readonly datasets: readonly DatasetChoice[];
  readonly recipes: Hello["recipes"];
  readonly losses: readonly Choice[];
  readonly defaults: TrainRequest;
}

const packaged: readonly DatasetChoice[] = [
  {
    name: "mnist",
    title: "MNIST, 42,000 digits",
    about: "Handwritten digits, as many as Kaggle's train.csv has.",
    count: kaggleRows,
  },
  {
    name: "mnist-60k",
    title: "MNIST, 60,000 digits",
    about: "All training pictures of MNIST.",
    count: 60_000,
  },
];

/** @param data a data set given on the command line, offered beside those that are always there, and first */
export function choices(data: string | undefined): Choices {
  const own = data !== undefined && !packaged.some(({ name }) => name === data) ? [ownData(data)] : [];
  return {
    datasets: [...own, ...packaged],
    recipes: recipeChoices,
    losses: lossChoices,
    defaults: { data: data ?? "mnist", recipe: "fast", loss: null, epochs: 2, limit: null, seed: 1 },
  };
}

function ownData(data: string): DatasetChoice {
  return { name: data, title: basename(data), about: "The data given on the command line.", count: null };
}
