import { RuntimeError, sameShape } from "../base/index.ts";
import { formatType, type Graph } from "../graph/index.ts";
import type { Values } from "./runtime.ts";

/**
 * Checks feeds against a graph's inputs, the same way for every runtime.
 *
 * @throws RuntimeError naming the input, what was received and what was expected.
 */
export function checkFeeds(graph: Graph, feeds: Values): void {
  const expected = new Map(
    graph.inputs
      .filter(({ source }) => source.role !== "state")
      .map((tensor) => [tensor.source.name, tensor]),
  );
  for (const [name, tensor] of expected) {
    const value = feeds[name];
    if (!value) {
      throw new RuntimeError(
        `graph ${graph.name}: nothing was fed to "${name}", expected ${formatType(tensor)}`,
      );
    }
    if (value.dtype !== tensor.dtype || !sameShape(value.shape, tensor.shape)) {
      throw new RuntimeError(
        `graph ${graph.name}: "${name}" was fed ${formatType(value)}, expected ${formatType(tensor)}`,
      );
    }
  }
  for (const name of Object.keys(feeds)) {
    if (!expected.has(name)) {
      throw new RuntimeError(
        `graph ${graph.name}: "${name}" was fed but is no input, expected ${[...expected.keys()].join(", ") || "none"}`,
      );
    }
  }
}
