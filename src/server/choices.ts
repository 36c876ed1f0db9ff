import { basename } from "node:path";
import type { Choice, Hello, TrainRequest } from "../explorer/index.ts";
import { type LossName, lossNames } from "../losses/index.ts";
import { kaggleRows } from "../platform/node/datasets.ts";

type DatasetChoice = Hello["datasets"][number];

/** What a training can be asked for, as the page offers it. */
export interface Choices {
  readonly datasets: readonly DatasetChoice[];
  readonly recipes: readonly Choice<"fast" | "lesson">[];
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

const recipes: Choices["recipes"] = [
  {
    name: "fast",
    title: "Fast",
    about: "A compact encoder learns from all pairs of each batch, and sees every picture once an epoch.",
  },
  {
    name: "lesson",
    title: "Lesson",
    about: "A larger encoder learns from pairs of pictures, alike or not, as the lesson has it.",
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

/** @param data a data set given on the command line, offered beside those that are always there, and first */
export function choices(data: string | undefined): Choices {
  const own = data !== undefined && !packaged.some(({ name }) => name === data) ? [ownData(data)] : [];
  return {
    datasets: [...own, ...packaged],
    recipes,
    losses: lossNames.map((name) => ({ name, ...losses[name] })),
    defaults: { data: data ?? "mnist", recipe: "fast", loss: null, epochs: 2, limit: null, seed: 1 },
  };
}

function ownData(data: string): DatasetChoice {
  return { name: data, title: basename(data), about: "The data given on the command line.", count: null };
}
