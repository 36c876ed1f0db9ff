import { add, mul, sub } from "../ops/index.ts";
import type { Optimizer } from "./optimizer.ts";

export interface SgdOptions {
  /** Default 0. */
  readonly momentum?: number;
  /** L2 penalty added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent with momentum: `b = momentum b + g`, `p = p - lr b`.
 *
 * @see https://pytorch.org/docs/1.13/generated/torch.optim.SGD.html, whose defaults and form these are.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { momentum = 0, weightDecay = 0 } = options;
  return {
    name: "sgd",
    options: { momentum, weightDecay },
    slots: momentum === 0 ? [] : ["momentum"],
    scalars: ["learningRate"],
    scalarsAt: (_step, learningRate) => ({ learningRate }),
    update: (parameter, gradient, [buffer], { learningRate }, decay = true) => {
      const decayed = weightDecay === 0 || !decay ? gradient : add(gradient, mul(parameter, weightDecay));
      const direction = buffer ? add(mul(buffer, momentum), decayed) : decayed;
      return {
        parameter: sub(parameter, mul(direction, learningRate!)),
        slots: buffer ? [direction] : [],
      };
    },
  };
}
