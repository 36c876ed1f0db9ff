import { describe, expect, it } from "vitest";
import type { Tensor } from "../graph/index.ts";
import {
  batchNormTraining,
  customGradient,
  exp,
  layerNorm,
  matMul,
  mul,
  softmax,
  sub,
  tanh,
} from "../ops/index.ts";
import { checkGrad } from "./checkGrad.fixture.ts";

describe("checkGrad", () => {
  it("accepts compositions that branch and share", () => {
    checkGrad(
      (x, w) => mul(tanh(matMul(x, w)), softmax(matMul(x, w))),
      [
        [3, 2],
        [2, 4],
      ],
    );
  });

  it("accepts batch normalisation by the batch's own statistics, each of its outputs", () => {
    const shapes = [[4, 3, 2, 2], [3], [3]];
    checkGrad((x, scale, bias) => batchNormTraining(x!, scale!, bias!).y, shapes);
    checkGrad((x, scale, bias) => batchNormTraining(x!, scale!, bias!).mean, shapes);
    checkGrad((x, scale, bias) => batchNormTraining(x!, scale!, bias!).variance, shapes);
    checkGrad((x, scale, bias) => batchNormTraining(x!, scale!, bias!, 0.5).y, [[5, 2], [2], [2]]);
  });

  it("accepts layer normalisation of a value that it also reads elsewhere", () => {
    checkGrad((x, scale, bias) => mul(layerNorm(x!, scale!, bias!), exp(x!)), [[3, 4], [4], [4]]);
  });

  it("rejects a rule that is wrong by a factor, a sign or one entry", () => {
    const wrong = (rule: (x: Tensor, dy: Tensor) => Tensor) => () =>
      checkGrad((x) => customGradient(exp(x!), [x!], (dy) => [rule(x!, dy)]), [[3]]);
    expect(wrong((x, dy) => mul(dy, exp(x)))).not.toThrow();
    expect(wrong((x, dy) => mul(mul(dy, exp(x)), 1.001))).toThrow(/d loss \/ d x0\[0\]/);
    expect(wrong((x, dy) => mul(dy, sub(0, exp(x))))).toThrow();
    // The outputs of a softmax always sum to 1: a plain sum would accept this.
    expect(() => checkGrad((x) => customGradient(softmax(x!), [x!], (dy) => [mul(dy, 0)]), [[2, 3]])).toThrow(
      /d loss \/ d x0\[0\]/,
    );
  });
});
