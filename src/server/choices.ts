import { basename } from "node:path";
import { kaggleRows, readDataset } from "../platform/node/datasets/datasets.ts";
import { autoRecipe } from "../runs/index.ts";
import {
  type DatasetChoice,
  type Hello,
  lossChoices,
  type RunInfo,
  recipeChoices,
} from "../workspace/index.ts";

/** What a training can be asked for, as the page offers it. */
export type Choices = Pick<Hello, "datasets" | "recipes" | "losses" | "defaults">;

const packaged: readonly DatasetChoice[] = [
  {
    name: "mnist",
    title: "MNIST, 42,000 digits",
    about: "Handwritten digits, as many as Kaggle's train.csv has.",
    count: kaggleRows,
    labelled: true,
    classNames: null,
  },
  {
    name: "mnist-60k",
    title: "MNIST, 60,000 digits",
    about: "All training pictures of MNIST.",
    count: 60_000,
    labelled: true,
    classNames: null,
  },
];

/** Pictures read to know of what kind a data set is. */
const glance = 64;

/**
 * What can be trained, with data of one's own before what is always there.
 *
 * @param own the data set given on the command line, and that of the open run; null for none
 */
export function choices(own: readonly (DatasetChoice | null)[]): Choices {
  const further = own.filter((each) => each !== null);
  const known = [...further, ...packaged];
  const datasets = known.filter(({ name }, i) => known.findIndex((other) => other.name === name) === i);
  const [first] = datasets;
  return {
    datasets,
    recipes: recipeChoices,
    losses: lossChoices,
    defaults: {
      data: first!.name,
      recipe: autoRecipe,
      loss: null,
      epochs: null,
      limit: null,
      seed: 1,
    },
  };
}

/**
 * What is known of a data set given on the command line, from a few of its pictures.
 *
 * @param outside whether a table may name pictures out of its folder
 * @throws InputError when it cannot be read.
 */
export async function givenData(source: string, outside = false): Promise<DatasetChoice> {
  const there = packaged.find(({ name }) => name === source);
  if (there) return there;
  const { dataset } = await readDataset(source, { limit: glance, outside });
  return {
    ...{ name: source, title: basename(source), about: "The data given on the command line.", count: null },
    // A glance may miss all but one class of numbers; names are those of all.
    labelled: dataset.labelled !== false && (dataset.classes ? dataset.classes.length > 1 : true),
    classNames: dataset.classes ?? null,
  };
}

/** The data of a run, to be trained on again. */
export function dataOfRun({ data, labelled, classNames }: RunInfo): DatasetChoice {
  const there = packaged.find(({ name }) => name === data);
  if (there) return there;
  const about = "The data of the open run.";
  return { name: data, title: basename(data), about, count: null, labelled, classNames };
}
