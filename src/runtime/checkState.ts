import { RuntimeError, sameShape, type TensorData } from "../base/index.ts";
import { formatType, type Graph, type TensorType } from "../graph/index.ts";

/**
 * Checks that a store holds the state inputs of a graph, the same way for every runtime.
 *
 * @param held Types of the tensors in the store, by name; `undefined` where the run was given no store.
 * @throws RuntimeError naming the states that are missing, or the first of another type.
 */
export function checkState(graph: Graph, held: ReadonlyMap<string, TensorType> | undefined): void {
  const states = graph.inputs.filter(({ source }) => source.role === "state");
  const missing = states
    .filter(({ source }) => !held?.has(source.name))
    .map(({ source }) => `"${source.name}"`);
  if (missing.length > 0) {
    const where = held ? "the store does not hold" : "it was run without a store for";
    throw new RuntimeError(
      `graph ${graph.name}: ${where} the state ${missing.join(", ")}, pass a store made with these names`,
    );
  }
  for (const tensor of states) {
    const { name } = tensor.source;
    const type = held!.get(name)!;
    if (type.dtype !== tensor.dtype || !sameShape(type.shape, tensor.shape)) {
      throw new RuntimeError(
        `graph ${graph.name}: the store holds "${name}" as ${formatType(type)}, expected ${formatType(tensor)}`,
      );
    }
  }
}

/**
 * Checks that new values fit the tensors of a store that they replace.
 *
 * @throws RuntimeError naming the first tensor that the store does not hold, or holds as another type.
 */
export function checkWrite(
  held: ReadonlyMap<string, TensorType>,
  values: ReadonlyMap<string, TensorData>,
): void {
  for (const [name, value] of values) {
    const type = held.get(name);
    if (!type) throw new RuntimeError(unknownState(name, held));
    if (value.dtype !== type.dtype || !sameShape(value.shape, type.shape)) {
      throw new RuntimeError(
        `the store holds "${name}" as ${formatType(type)}, it cannot be replaced by ${formatType(value)}`,
      );
    }
  }
}

/**
 * The names to read from a store: those asked for, or all.
 *
 * @throws RuntimeError naming the first that the store does not hold.
 */
export function checkRead(
  held: ReadonlyMap<string, TensorType>,
  names: readonly string[] | undefined,
): readonly string[] {
  for (const name of names ?? []) if (!held.has(name)) throw new RuntimeError(unknownState(name, held));
  return names ?? [...held.keys()];
}

function unknownState(name: string, held: ReadonlyMap<string, TensorType>): string {
  return `the store does not hold "${name}", it holds ${[...held.keys()].join(", ") || "nothing"}`;
}
