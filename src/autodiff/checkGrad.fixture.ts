import { expect } from "vitest";
import { Rng, type Shape, sizeOf } from "../base/index.ts";
import { buildGraph, constant, type InputTensor, input, type Tensor } from "../graph/index.ts";
import { add, mul, reduceSum } from "../ops/index.ts";
import { evaluateGraph, type Numbers } from "../runtime/index.ts";
import { grad } from "./grad.ts";

export interface CheckGradOptions {
  /** Where to differentiate, one list for each shape; default standard normal draws. */
  readonly values?: readonly (readonly number[])[];
  /** Of the draws of values and cotangent. Default 1. */
  readonly seed?: number;
  /** Largest error allowed, as a share of the greatest magnitude of the gradient. Default 1e-6. */
  readonly tolerance?: number;
}

/**
 * Expects the gradient that `grad` builds to be the derivative of `f = build(...)`: compares d sum(w * f(x)) by each
 * input, on the reference in float64, with central differences. The cotangent w is random but fixed: a plain sum
 * would hide bugs where the outputs always add up to the same (softmax, layer norm).
 */
export function checkGrad(
  build: (...inputs: Tensor[]) => Tensor,
  shapes: readonly Shape[],
  options: CheckGradOptions = {},
): void {
  const rng = Rng.of(options.seed ?? 1, "checkGrad");
  const inputs = shapes.map((shape, index) => input(`x${index}`, shape));
  const values = new Map<string, Numbers>();
  for (const [index, shape] of shapes.entries()) {
    const data = options.values?.[index] ?? Array.from({ length: sizeOf(shape) }, () => rng.normal());
    values.set(`x${index}`, { dtype: "float32", shape, data });
  }
  const loss = weightedSum([build(...inputs)], [null], rng);
  expectDerivative(loss, inputs, values, options.tolerance);
}

/** `sum over outputs of sum(w * output)`; weights are drawn where they are null. */
export function weightedSum(
  outputs: readonly Tensor[],
  weights: readonly (readonly number[] | null)[],
  rng: Rng,
): Tensor {
  const terms = outputs.map((output, index) => {
    const drawn = weights[index] ?? Array.from({ length: sizeOf(output.shape) }, () => rng.normal());
    return reduceSum(mul(output, constant("float32", output.shape, drawn)));
  });
  return terms.reduce((sum, term) => add(sum, term));
}

/** Gradients of a loss on the reference in float64. */
export function evaluateGradients(
  loss: Tensor,
  inputs: readonly InputTensor[],
  values: ReadonlyMap<string, Numbers>,
): Float64Array[] {
  const gradients = grad(loss, inputs);
  for (const [index, gradient] of gradients.entries()) {
    expect(gradient).toMatchObject({ dtype: inputs[index]!.dtype, shape: inputs[index]!.shape });
  }
  const named = gradients.map((gradient, index) => [`gradient ${index}`, gradient] as const);
  const graph = buildGraph({ name: "gradients", outputs: Object.fromEntries(named) });
  const { outputs } = evaluateGraph(graph, values);
  return named.map(([name]) => outputs.get(name)!.data);
}

/** Expects the gradients that `grad` builds to agree with central differences. */
export function expectDerivative(
  loss: Tensor,
  inputs: readonly InputTensor[],
  values: ReadonlyMap<string, Numbers>,
  tolerance = 1e-6,
): void {
  const graph = buildGraph({ name: "loss", outputs: { loss } });
  const lossAt = (at: ReadonlyMap<string, Numbers>): number =>
    evaluateGraph(graph, at).outputs.get("loss")!.data[0]!;
  for (const [index, gradient] of evaluateGradients(loss, inputs, values).entries()) {
    const { name } = inputs[index]!.source;
    const point = values.get(name)!;
    const differences = Array.from(point.data, (value, i) => {
      const step = 1e-5;
      const moved = (by: number): number =>
        lossAt(new Map(values).set(name, { ...point, data: Array.from(point.data).with(i, value + by) }));
      return (moved(step) - moved(-step)) / (2 * step);
    });
    const scale = Math.max(1e-3, ...differences.map(Math.abs));
    for (const [i, difference] of differences.entries()) {
      const error = Math.abs(gradient[i]! - difference) / scale;
      expect(
        error,
        `d loss / d ${name}[${i}]: grad gives ${gradient[i]}, differences ${difference}`,
      ).toBeLessThan(tolerance);
    }
  }
}
