import { add, div, mul, sqrt, sub } from "../ops/index.ts";
import type { Optimizer } from "./optimizer.ts";

export interface AdamOptions {
  /** Decay of the gradient's mean. Default 0.9, the paper's. */
  readonly beta1?: number;
  /** Decay of the squared gradient's mean. Default 0.999, the paper's. */
  readonly beta2?: number;
  /** Added to the root of the second moment. Default 1e-8, the paper's. */
  readonly epsilon?: number;
  /** Adam: L2 penalty added to the gradient, default 0. AdamW: decoupled decay, default 0.01 as in PyTorch. */
  readonly weightDecay?: number;
}

/**
 * Adam: `m = b1 m + (1 - b1) g`, `v = b2 v + (1 - b2) g^2`,
 * `p = p - lr/(1 - b1^t) m / (sqrt(v / (1 - b2^t)) + epsilon)`.
 *
 * @see Kingma and Ba, "Adam" (2015), https://arxiv.org/abs/1412.6980
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamFamily("adam", { weightDecay: 0, ...options });
}

/**
 * Adam with the weight decay taken off the parameter itself: `p = p (1 - lr decay)` before Adam's step.
 *
 * @see Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019), https://arxiv.org/abs/1711.05101
 */
export function adamW(options: AdamOptions = {}): Optimizer {
  return adamFamily("adamw", { weightDecay: 0.01, ...options });
}

function adamFamily(
  name: "adam" | "adamw",
  options: AdamOptions & { readonly weightDecay: number },
): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay } = options;
  const decoupled = name === "adamw" && weightDecay !== 0;
  const penalized = name === "adam" && weightDecay !== 0;
  return {
    name,
    options: { beta1, beta2, epsilon, weightDecay },
    slots: ["m", "v"],
    scalars: decoupled ? ["stepSize", "epsilon", "keep"] : ["stepSize", "epsilon"],
    // With c = sqrt(1 - b2^t): lr/(1 - b1^t) m / (sqrt(v)/c + eps) = (c lr/(1 - b1^t)) m / (sqrt(v) + c eps),
    // one pass over the parameters less.
    scalarsAt: (step, learningRate) => {
      const correction = Math.sqrt(1 - beta2 ** step);
      return {
        stepSize: (correction * learningRate) / (1 - beta1 ** step),
        epsilon: correction * epsilon,
        ...(decoupled ? { keep: 1 - learningRate * weightDecay } : {}),
      };
    },
    update: (parameter, gradient, [m, v], scalars, decay = true) => {
      const g = penalized && decay ? add(gradient, mul(parameter, weightDecay)) : gradient;
      const nextM = add(m!, mul(sub(g, m!), 1 - beta1));
      const nextV = add(mul(v!, beta2), mul(mul(g, g), 1 - beta2));
      const step = mul(div(nextM, add(sqrt(nextV), scalars.epsilon!)), scalars.stepSize!);
      const kept = decoupled && decay ? mul(parameter, scalars.keep!) : parameter;
      return { parameter: sub(kept, step), slots: [nextM, nextV] };
    },
  };
}
