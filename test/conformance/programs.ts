import { type DType, type Shape, type TensorData, tensorData } from "../../src/base/index.ts";
import {
  buildGraph,
  type Graph,
  type InputTensor,
  input,
  state,
  type Tensor,
} from "../../src/graph/index.ts";
import { add, mul } from "../../src/ops/index.ts";
import type { Values } from "../../src/runtime/index.ts";

/** float32 values of a vector, or of another shape. */
export function floats(values: readonly number[], shape: Shape = [values.length]): TensorData<"float32"> {
  return tensorData("float32", shape, values);
}

/** Overwrites float32 values where they lie. */
export function overwrite(tensor: TensorData | undefined): void {
  if (!(tensor?.data instanceof Float32Array)) throw new Error("expected float32 values");
  tensor.data.fill(0);
}

/** Values as plain numbers, by name. */
export function plain(values: Values | ReadonlyMap<string, TensorData>): Record<string, number[]> {
  const entries = values instanceof Map ? [...values] : Object.entries(values as Values);
  return Object.fromEntries(entries.map(([name, { data }]) => [name, Array.from(data, Number)]));
}

/** A graph whose outputs and updates are given by name of output and by state. */
export function graphOf(
  name: string,
  outputs: Readonly<Record<string, Tensor>>,
  updates: readonly (readonly [InputTensor, Tensor])[] = [],
): Graph {
  return buildGraph({ name, outputs, updates: new Map(updates) });
}

/** `y = a * b + 1` of two float32 vectors of three. */
export function affineGraph(dtype: DType = "float32"): Graph {
  return graphOf("affine", { y: add(mul(input("a", [3], dtype), input("b", [3], dtype)), 1) });
}

/** `total <- total * 2 + x`, output `before`: the order of runs shows in the result. */
export function accumulateGraph(): Graph {
  const total = state("total", [2]);
  return graphOf("accumulate", { before: total }, [[total, add(mul(total, 2), input("x", [2]))]]);
}
