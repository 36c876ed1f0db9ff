import { KindredError } from "../base/index.ts";
import type { Schedule } from "./schedules.ts";

/**
 * One cycle: the rate rises along half a cosine from `lr / startDivisor` to `lr`, then falls along another to
 * `lr / (startDivisor endDivisor)` at the last step.
 *
 * With `T` steps and a warm-up of the share `p`, the peak is at step `p T - 1` and the end at `T - 1`; between two
 * rates `a` and `b`, the share `x` of a phase gives `b + (a - b) (1 + cos(pi x))/2`.
 *
 * These are the steps, the form and the defaults of PyTorch's OneCycleLR with two phases; its cycling of momentum is
 * left out, since the optimizer's options stay fixed in the course of a run.
 *
 * @throws KindredError for a rate that is not above 0, a warm-up outside 0 to 1, or a divisor below 1.
 * @see Smith and Topin, "Super-Convergence" (2018), https://arxiv.org/abs/1708.07120
 * @see https://pytorch.org/docs/1.13/generated/torch.optim.lr_scheduler.OneCycleLR.html
 */
export function oneCycle(options: {
  /** The rate at the peak. */
  readonly learningRate: number;
  /** Share of the run that the rate rises for. Default 0.3, as in PyTorch. */
  readonly warmup?: number;
  /** The peak over the first rate. Default 25, as in PyTorch. */
  readonly startDivisor?: number;
  /** The first rate over the last. Default 1e4, as in PyTorch. */
  readonly endDivisor?: number;
}): Schedule {
  const { learningRate, warmup = 0.3, startDivisor = 25, endDivisor = 1e4 } = options;
  if (!(learningRate > 0)) {
    throw new KindredError(`learning rate ${learningRate} cannot be used, expected more than 0`);
  }
  if (!(warmup >= 0 && warmup <= 1)) {
    throw new KindredError(`a warm-up of the share ${warmup} cannot be used, expected 0 to 1`);
  }
  for (const [name, divisor] of Object.entries({ startDivisor, endDivisor })) {
    if (divisor >= 1) continue;
    throw new KindredError(`${name} ${divisor} cannot be used, expected 1 or more`);
  }
  const first = learningRate / startDivisor;
  const final = first / endDivisor;
  return {
    name: "oneCycle",
    options: { learningRate, warmup, startDivisor, endDivisor },
    at: ({ step, totalSteps }) => {
      const peak = warmup * totalSteps - 1;
      const end = totalSteps - 1;
      if (step < peak) return between(first, learningRate, step / peak);
      if (step >= end) return warmup === 1 ? learningRate : final;
      return between(learningRate, final, (step - peak) / (end - peak));
    },
  };
}

/** From `a` to `b` along half a cosine. */
function between(a: number, b: number, share: number): number {
  return b + ((a - b) * (1 + Math.cos(Math.PI * share))) / 2;
}
