import { describe, expect, it } from "vitest";
import {
  buildCase,
  feedsOf,
  type KernelCase,
  kernelCases,
  relativeError,
  titleOf,
} from "../../test/golden/kernelCases.ts";
import { Rng } from "../base/index.ts";
import type { InputTensor, OpName, Tensor } from "../graph/index.ts";
import { ops } from "../ops/index.ts";
import type { Numbers } from "../runtime/index.ts";
import { evaluateGradients, expectDerivative, weightedSum } from "./checkGrad.fixture.ts";

const differentiable = kernelCases.filter(({ inputGradients }) => inputGradients);

/** Constants in a graph are float32, so a rule that multiplies by one that float32 rounds is that much off. */
const constantsInRule: Partial<Record<OpName, string>> = {
  Erf: "2 / sqrt(pi)",
  Gelu: "1 / sqrt(2), 1 / sqrt(2 pi), sqrt(2 / pi), 0.044715",
  ReduceMean: "1 / count",
  GlobalAveragePool: "1 / area",
  LayerNormalization: "1 / count, epsilon",
};

interface LossOfCase {
  readonly loss: Tensor;
  readonly inputs: InputTensor[];
  readonly expected: (readonly number[])[];
  readonly values: ReadonlyMap<string, Numbers>;
}

function lossOf(kernelCase: KernelCase): LossOfCase {
  const { node, fed } = buildCase(kernelCase);
  const gradients = kernelCase.inputGradients!;
  const weighted = node.outputs
    .map((_, index) => index)
    .filter((index) => kernelCase.cotangents![index] !== null);
  const loss = weightedSum(
    weighted.map((index) => node.outputs[index]!),
    weighted.map((index) => kernelCase.cotangents![index]!),
    Rng.of(1),
  );
  const values = new Map(
    Object.entries(feedsOf(kernelCase)).map(([name, { dtype, shape, data }]) => [
      name,
      { dtype, shape, data: Array.from(data, Number) },
    ]),
  );
  return {
    loss,
    inputs: fed.filter((tensor, index) => tensor !== undefined && gradients[index] !== null) as InputTensor[],
    expected: gradients.filter((values) => values !== null),
    values,
  };
}

describe("gradient rules against PyTorch in float64", () => {
  it.each(differentiable.map((kernelCase) => [titleOf(kernelCase), kernelCase] as const))(
    "%s",
    (_, kernelCase) => {
      const { loss, inputs, expected, values } = lossOf(kernelCase);
      expect(inputs.length).toBe(expected.length);
      const tolerance = constantsInRule[kernelCase.op] ? 2e-7 : 1e-10;
      for (const [index, gradient] of evaluateGradients(loss, inputs, values).entries()) {
        const error = relativeError(gradient, expected[index]!);
        expect(error, `gradient by ${inputs[index]!.source.name}`).toBeLessThan(tolerance);
      }
    },
  );
});

describe("gradient rules against central differences", () => {
  const smooth = differentiable.filter(({ kink }) => !kink);
  it.each(smooth.map((kernelCase) => [titleOf(kernelCase), kernelCase] as const))("%s", (_, kernelCase) => {
    const { loss, inputs, values } = lossOf(kernelCase);
    expectDerivative(loss, inputs, values);
  });
});

describe("coverage of the gradient rules", () => {
  it("has a case for every operator with a rule, away from kinks, and none for the others", () => {
    const withRule = Object.values(ops).flatMap(({ op, gradient }) => (gradient ? [op] : []));
    const checked = differentiable.filter(({ kink }) => !kink).map(({ op }) => op);
    expect([...new Set(checked)].sort()).toEqual(withRule.sort());
  });

  it("differentiates by every float input that is fed", () => {
    for (const kernelCase of differentiable) {
      const fed = kernelCase.inputs.map((tensor) => tensor?.dtype === "float32" && !tensor.constant);
      expect(kernelCase.inputGradients!.map((gradient) => gradient !== null)).toEqual(fed);
    }
  });
});
