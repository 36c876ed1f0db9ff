import { InputError } from "../base/index.ts";
import { className, hasTriplets } from "../data/index.ts";
import { lossByName, lossNames } from "../losses/index.ts";
import {
  type DataForm,
  type ImageDataset,
  type RowOrder,
  untoldForm,
  viewPolicy,
} from "../modality/image/index.ts";
import { augmentationConfig } from "./augmentationConfig.ts";
import { type Chosen, chosenEncoder, type EncoderChoices } from "./chosenEncoder.ts";
import { type Recipe, type RecipeName, recipes, schedules, usual } from "./recipeTable.ts";
import type { RunConfig } from "./runConfig.ts";
import { requireSuitable } from "./suitable.ts";
import type { recipeOptions } from "./trainingOptions.ts";

/** What a run is told, and what of its recipe is chosen otherwise. */
export interface RunChoices extends EncoderChoices, Chosen<keyof typeof recipeOptions | "unlabelled"> {
  readonly source: string;
  /** In which order the rows of arrays are taken. Default: mixed. */
  readonly order?: RowOrder | undefined;
  readonly limit: number | null;
  readonly validation: number;
  readonly seed: number;
  readonly init: string | null;
  readonly record: boolean;
  /** What is said of how the data is written. Default: nothing. */
  readonly form?: DataForm | undefined;
}

/** Passes over a trunk's features where nothing is chosen: a head takes seconds for them. */
const headEpochs = 20;

/** The lesson's recipe: its encoder, pairs, Adam at 0.005, and the rate times 0.3 every 7 epochs; 10 epochs of batches of 64. */
export function lessonConfig(choices: RunChoices): RunConfig {
  return recipeConfig("lesson", choices);
}

/**
 * The fast recipe: each picture is encoded once, a little varied, and all pairs in a batch of 96 are learned from
 * (SupCon at the temperature 0.1), by the compact encoder with AdamW and one cycle of the rate up to 0.01. All of it
 * was chosen by measuring 1-NN accuracy over seconds of computing on MNIST.
 */
export function fastConfig(choices: RunChoices): RunConfig {
  return recipeConfig("fast", choices);
}

/**
 * The recipe without labels: two variations of each picture find each other among those of 256 (NT-Xent), by the compact
 * encoder with AdamW and a warm-up before half a cosine. Its values were chosen by measuring 1-NN accuracy on MNIST.
 *
 * @see Chen et al., "A Simple Framework for Contrastive Learning" (2020), https://arxiv.org/abs/2002.05709
 */
export function simclrConfig(choices: RunChoices): RunConfig {
  return recipeConfig("simclr", choices);
}

/**
 * A recipe with these choices in its place.
 *
 * @throws InputError when two choices do not go together.
 */
export function recipeConfig(name: RecipeName, choices: RunChoices): RunConfig {
  const recipe = recipes[name];
  const { source, order = "mixed", limit, validation, seed, init, record, unlabelled = false } = choices;
  const { form = untoldForm, dim = usual.dim } = choices;
  const loss = chosenLoss(recipe, choices);
  const sampler = chosenSampler(loss, choices);
  const rate = choices.lr === undefined ? {} : { learningRate: choices.lr };
  const config: RunConfig = {
    version: 2,
    recipe: name,
    data: {
      ...{ source, order, limit, validation },
      ...{ fingerprint: null, classes: null },
      ...{ unlabelled, form },
    },
    towers: {
      image: {
        encoder: chosenEncoder(recipe.encoder, choices),
        trunk: choices.trunk?.file ?? null,
        preprocessing: null,
      },
    },
    // Its hidden layer is twice as long as what it makes, which is as long as an embedding.
    head: choices.head ? { hidden: 2 * dim, dim } : null,
    loss,
    sampler,
    augmentation: chosenAugmentation(recipe, loss, choices),
    optimizer: { ...recipe.optimizer, ...rate },
    schedule: scheduleConfig(choices.schedule ?? schedules[recipe.schedule]),
    epochs: choices.epochs ?? (choices.trunk ? headEpochs : recipe.epochs),
    patience: choices.patience ?? 0,
    batchSize: chosenBatchSize(recipe, sampler, choices),
    seed,
    init,
    record,
  };
  requireSuitable(config);
  return config;
}

/** Fewer classes a batch where the data has fewer than the recipe's, and more pictures of each for them. */
export function fitClasses(config: RunConfig, known: number): RunConfig {
  const { sampler } = config;
  if (sampler.name !== "classBalanced" || known >= sampler.classes || known < 2) return config;
  const images = Math.max(2, Math.round((sampler.classes * sampler.images) / known));
  return { ...config, sampler: { ...sampler, classes: known, images }, batchSize: known * images };
}

function chosenLoss(recipe: Recipe, choices: RunChoices): RunConfig["loss"] {
  const { loss: asked = recipe.loss, margin } = choices;
  const name = lossNames.find((known) => known === asked);
  if (name === undefined) {
    throw new InputError(
      `loss ${asked} aligns several modalities, and this training is of pictures alone: choose one of ${lossNames.join(", ")}, or data with texts or recordings`,
    );
  }
  const { temperature = name === recipe.loss ? recipe.temperature : undefined } = choices;
  const options = {
    ...(temperature === undefined ? {} : { temperature }),
    ...(margin === undefined ? {} : { margin }),
  };
  // Refuses an option that the loss does not take.
  lossByName(name, options);
  return { name, ...options };
}

function chosenSampler({ name, ...options }: RunConfig["loss"], choices: RunChoices): RunConfig["sampler"] {
  const { classes, imagesPerClass } = choices;
  const balanced = classes !== undefined || imagesPerClass !== undefined;
  const kind = lossByName(name, options).of;
  const fallback = kind === "pairs" ? "pairs" : balanced ? "classBalanced" : "shuffled";
  const sampler = choices.sampler ?? fallback;
  if (sampler === "classBalanced") {
    return {
      name: sampler,
      classes: classes ?? usual.classes,
      images: imagesPerClass ?? usual.imagesPerClass,
    };
  }
  if (balanced) {
    const given =
      classes === undefined ? `${imagesPerClass} images of each class` : `${classes} classes a batch`;
    throw new InputError(
      `${given} were chosen for the sampler ${sampler}, which does not go by classes: leave them out, or choose the sampler class-balanced`,
    );
  }
  return { name: sampler };
}

/**
 * The encoder takes the pictures as they are, batches have no more classes than there are, and the run remembers which
 * pictures they were.
 *
 * @param keepClasses leave the classes of a batch as they were chosen
 * @throws InputError when the pictures are not square, or have no labels that tell them apart and the loss needs some.
 */
export function fittedToData(
  config: RunConfig,
  {
    training,
    validation,
    fingerprint,
  }: {
    readonly training: ImageDataset;
    /** How many of them there are is what the run remembers. */
    readonly validation?: ImageDataset;
    readonly fingerprint: string;
  },
  keepClasses = false,
): RunConfig {
  const { channels, height, width } = training;
  if (height !== width) {
    throw new InputError(
      `pictures of ${height} x ${width} are not square, expected square ones for the encoder`,
    );
  }
  requireLabels(config, training);
  return {
    ...(keepClasses ? config : fitClasses(config, new Set(training.labels).size)),
    data: {
      ...config.data,
      validation: validation?.count ?? config.data.validation,
      fingerprint,
      classes: training.classes ? [...training.classes] : null,
    },
    towers: {
      image: {
        ...config.towers.image,
        encoder: { ...config.towers.image.encoder, channels, size: height },
        preprocessing: training.preprocessing ?? null,
      },
    },
  };
}

/** @throws InputError where the loss asks for labels, and there are none or they tell nothing. */
function requireLabels({ loss: { name, ...options } }: RunConfig, training: ImageDataset): void {
  const { name: data, labelled, labels, count } = training;
  if (lossByName(name, options).of === "views") return;
  if (labelled !== false && hasTriplets(labels)) return;
  const why =
    labelled === false
      ? `${data} has no labels`
      : labels.every((label) => label === labels[0])
        ? `all ${count} training pictures of ${data} are of one class (${className(training, labels[0]!)})`
        : `no two of the ${count} training pictures of ${data} are of one class`;
  throw new InputError(
    `${why}, and the loss ${name} learns from labels: choose --recipe simclr, which needs none`,
  );
}

function chosenBatchSize(recipe: Recipe, sampler: RunConfig["sampler"], choices: RunChoices): number {
  if (choices.batchSize !== undefined) return choices.batchSize;
  if (sampler.name === "classBalanced") return sampler.classes * sampler.images;
  return sampler.name === "pairs" ? recipe.batchSize.pairs : recipe.batchSize.pictures;
}

function chosenAugmentation(
  recipe: Recipe,
  { name, ...options }: RunConfig["loss"],
  { augment, augmentation, elastic, channels, size, trunk }: RunChoices,
): RunConfig["augmentation"] {
  const kind = lossByName(name, options).of;
  const varied = kind === "views" || (recipe.augment && kind === "labels" && trunk === undefined);
  if (elastic !== undefined && augment === false) {
    throw new InputError(
      `an elastic distortion of ${elastic} pixels was chosen, and that pictures are not varied: leave one of them out`,
    );
  }
  if (augmentation !== undefined && augment === false) {
    throw new InputError(
      `the variations ${augmentation} were chosen, and that pictures are not varied: leave one of them out`,
    );
  }
  const asked = elastic !== undefined || augmentation !== undefined;
  if (!(augment ?? (asked || varied))) return null;
  const policy = augmentation ?? (kind === "views" ? viewPolicy(channels, size) : "light");
  return augmentationConfig(policy, size, elastic);
}

export function scheduleConfig(name: RunConfig["schedule"]["name"]): RunConfig["schedule"] {
  switch (name) {
    case "constant":
      return { name };
    case "stepLR":
      return { name, stepSize: 7, gamma: 0.3 };
    case "oneCycle":
      return { name, warmup: 0.25 };
    case "warmupCosine":
      return { name, warmupSteps: 100 };
  }
}
