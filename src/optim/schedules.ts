import { KindredError } from "../base/index.ts";

/** Where in a run a step is. */
export interface Progress {
  /** Epochs finished, from 0. */
  readonly epoch: number;
  /** Steps finished in the whole run, from 0. */
  readonly step: number;
  /** Steps that the whole run will take. */
  readonly totalSteps: number;
}

/** A learning rate that changes in the course of a run. */
export interface Schedule {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
  at(progress: Progress): number;
}

/** The same learning rate throughout. */
export function constantRate(learningRate: number): Schedule {
  return { name: "constant", options: { learningRate: positive(learningRate) }, at: () => learningRate };
}

/**
 * Multiplies the rate by `gamma` every `stepSize` epochs: `lr gamma^floor(epoch / stepSize)`.
 *
 * @see https://pytorch.org/docs/1.13/generated/torch.optim.lr_scheduler.StepLR.html
 */
export function stepLR(options: {
  readonly learningRate: number;
  readonly stepSize: number;
  /** Default 0.1, as in PyTorch. */
  readonly gamma?: number;
}): Schedule {
  const { learningRate, stepSize, gamma = 0.1 } = options;
  positive(learningRate);
  return {
    name: "stepLR",
    options: { learningRate, stepSize, gamma },
    at: ({ epoch }) => learningRate * gamma ** Math.floor(epoch / stepSize),
  };
}

/**
 * Rises linearly over the warm-up, then falls along half a cosine: at step `t` of `T`, with `w` warm-up steps,
 * `lr (t + 1)/w` for `t < w`, else `final + (lr - final) (1 + cos(pi (t - w)/(T - w)))/2`. Short runs warm up for a part
 * of their steps only, where `mostWarmup` says so.
 *
 * @see Loshchilov and Hutter, "SGDR" (2017), https://arxiv.org/abs/1608.03983
 */
export function warmupCosine(options: {
  readonly learningRate: number;
  readonly warmupSteps: number;
  /** The rate at the end. Default 0. */
  readonly finalRate?: number;
  /** Greatest share of all steps that the warm-up takes. Default 1. */
  readonly mostWarmup?: number;
}): Schedule {
  const { learningRate, warmupSteps, finalRate = 0, mostWarmup = 1 } = options;
  positive(learningRate);
  return {
    name: "warmupCosine",
    options: { learningRate, warmupSteps, finalRate, mostWarmup },
    at: ({ step, totalSteps }) => {
      const warm = mostWarmup < 1 ? Math.min(warmupSteps, Math.floor(mostWarmup * totalSteps)) : warmupSteps;
      if (step < warm) return (learningRate * (step + 1)) / warm;
      const fraction = Math.min(1, (step - warm) / Math.max(1, totalSteps - warm));
      return finalRate + ((learningRate - finalRate) * (1 + Math.cos(Math.PI * fraction))) / 2;
    },
  };
}

function positive(learningRate: number): number {
  if (!(learningRate > 0))
    throw new KindredError(`learning rate ${learningRate} cannot be used, expected more than 0`);
  return learningRate;
}
