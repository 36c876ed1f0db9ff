import { InputError } from "../base/index.ts";
import {
  type BatchSampler,
  ClassBalancedSampler,
  type Dataset,
  type Items,
  ShuffledSampler,
  type Vary,
} from "../data/index.ts";
import { type Loss, lossByName } from "../losses/index.ts";
import {
  encoderByName,
  type PictureVariation,
  variationHere,
  variedPictures,
} from "../modality/image/index.ts";
import { type Encoder, type Module, projectionHead } from "../nn/index.ts";
import {
  adam,
  adamW,
  constantRate,
  type Optimizer,
  oneCycle,
  type Schedule,
  stepLR,
  warmupCosine,
} from "../optim/index.ts";
import {
  type BatchSource,
  labelSource,
  labelTask,
  type MakeSources,
  pairTask,
  type Task,
  viewSource,
  viewTask,
} from "../train/index.ts";
import { augmentOptions } from "./augmentationConfig.ts";
import { requireBounds, requireParameters } from "./configBounds.ts";
import type { RunConfig } from "./runConfig.ts";

/** The parts of a training that a configuration names, as a trainer takes them. */
export interface ConfiguredParts {
  readonly encoder: Encoder;
  readonly task: Task;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly sources: MakeSources;
}

/**
 * The parts of a training that a configuration names.
 *
 * @param variation where pictures are varied. Default: on this thread
 * @throws InputError when they cannot be made: for pictures of that size, or of sizes that are too large.
 */
export function configuredParts(
  config: RunConfig,
  variation: PictureVariation = variationHere,
): ConfiguredParts {
  requireBounds(config);
  const choice = config.towers.image.encoder;
  const encoder = encoderByName(choice);
  requireParameters(encoder, choice);
  const { name, ...options } = config.loss;
  const loss = lossByName(name, options);
  const task = taskOf(encoder, loss, config.head && projectionHead(encoder.dim, config.head));
  return {
    encoder,
    task,
    optimizer: optimizerOf(config.optimizer),
    schedule: scheduleOf(config.schedule, config.optimizer.learningRate),
    sources: loss.of === "pairs" ? task.sources : pictureSources(config, encoder, loss.of, variation),
  };
}

function taskOf(encoder: Encoder, { of, loss }: Loss, head: Module | null): Task {
  switch (of) {
    case "pairs":
      return pairTask(encoder, loss);
    case "labels":
      return labelTask(encoder, loss);
    case "views":
      return viewTask(encoder, loss, head);
  }
}

export function optimizerOf(config: RunConfig["optimizer"]): Optimizer {
  return config.name === "adam" ? adam() : adamW({ weightDecay: config.weightDecay });
}

/** Of a run's steps, so that one of few pictures comes to its full rate. */
const mostWarmup = 0.2;

export function scheduleOf(config: RunConfig["schedule"], learningRate: number): Schedule {
  switch (config.name) {
    case "constant":
      return constantRate(learningRate);
    case "stepLR":
      return stepLR({ learningRate, stepSize: config.stepSize, gamma: config.gamma });
    case "oneCycle":
      return oneCycle({ learningRate, warmup: config.warmup });
    case "warmupCosine":
      return warmupCosine({ learningRate, warmupSteps: config.warmupSteps, mostWarmup });
  }
}

/**
 * Pictures in the configured batches. Validation pictures come in batches of the same kind, as they are; only views,
 * which are nothing but variations, are varied there too, the same way each time.
 */
function pictureSources(
  config: RunConfig,
  encoder: Encoder,
  kind: "labels" | "views",
  variation: PictureVariation,
): MakeSources {
  const vary = config.augmentation && variedPictures(augmentOptions(config.augmentation), variation);
  return ({ training, validation }, { batchSize, seed }) => {
    const of = (dataset: Dataset, sampler: BatchSampler, varied: Vary | null): BatchSource => {
      if (kind === "labels") return labelSource(dataset, encoder, { sampler, seed, vary: varied });
      if (!vary) throw new InputError("views are variations of a picture, received no augmentation");
      return viewSource(dataset, encoder, { sampler, seed, vary });
    };
    const sampler = trainingSampler(config.sampler, training, batchSize, seed);
    const held = validation.count > 0 ? validationSampler(config.sampler, validation, batchSize, seed) : null;
    return { training: of(training, sampler, vary), validation: held && of(validation, held, null) };
  };
}

function trainingSampler(
  config: RunConfig["sampler"],
  { labels, count }: Items,
  batchSize: number,
  seed: number,
): BatchSampler {
  if (config.name !== "classBalanced") return new ShuffledSampler(count, { batchSize, seed });
  const sampler = new ClassBalancedSampler(labels, { ...config, seed });
  if (sampler.batchSize === batchSize) return sampler;
  throw new InputError(
    `batch size ${batchSize} is not that of ${config.classes} classes with ${config.images} images each, expected ${sampler.batchSize}`,
  );
}

/** Balanced as in training where the validation pictures have that many classes. */
function validationSampler(
  config: RunConfig["sampler"],
  validation: Items,
  batchSize: number,
  seed: number,
): BatchSampler {
  const enough = config.name === "classBalanced" && new Set(validation.labels).size >= config.classes;
  return trainingSampler(enough ? config : { name: "shuffled" }, validation, batchSize, seed);
}
