import type { Schema, Tensor } from "../../graph/index.ts";
import type { LoweredGraph, LoweredNode } from "./lowering.ts";

/**
 * Has convolutions leave out the last rows and columns where the pool that follows has no whole window for them, by
 * less padding: of 11 x 11 results before a pool of 2 x 2, say, only 10 x 10 are computed. What is pooled stays the
 * same. Between the two may be what looks at one place at a time, and nothing else may read the results.
 */
export function withoutUnpooledEdges(graph: LoweredGraph): LoweredGraph {
  const readers = new Map<Tensor, number>();
  const read = (tensor: Tensor): Map<Tensor, number> => readers.set(tensor, (readers.get(tensor) ?? 0) + 1);
  for (const tensor of [...graph.outputs.values(), ...graph.updates.values()]) read(tensor);
  const makers = new Map<Tensor, LoweredNode>();
  for (const node of graph.nodes) {
    for (const tensor of node.inputs) if (tensor) read(tensor);
    for (const tensor of node.outputs) makers.set(tensor, node);
  }
  const changed = new Map<LoweredNode, LoweredNode>();
  for (const pool of graph.nodes) {
    if (!walksWholeWindows(pool)) continue;
    const chain = chainTo(pool.inputs[0]!, makers, readers);
    const crop = chain && croppedConvolution(chain[0]!, pooledExtents(pool));
    if (!chain || !crop) continue;
    const shapeOf = (tensor: Tensor): readonly number[] => [...tensor.shape.slice(0, 2), ...crop.extents];
    let made: Tensor | undefined;
    for (const node of chain) {
      const output: Tensor = {
        dtype: "float32",
        shape: shapeOf(node.outputs[0]!),
        source: { kind: "lowered" },
      };
      const inputs = made ? [made, ...node.inputs.slice(1)] : node.inputs;
      const attributes = made ? node.attributes : { ...node.attributes, pads: crop.pads };
      changed.set(node, { ...node, inputs, attributes, outputs: [output] });
      made = output;
    }
    changed.set(pool, { ...pool, inputs: [made!] });
  }
  return { ...graph, nodes: graph.nodes.map((node) => changed.get(node) ?? node) };
}

/** Operators whose result at a place of a map depends on their first input at that place alone. */
const placewise: ReadonlySet<string> = new Set(["BatchNormalization", "Relu"]);

type Window = Pick<Schema["MaxPool"], "kernel_shape" | "strides" | "pads" | "dilations">;

function windowOf(node: LoweredNode): Window {
  return node.attributes as Window & LoweredNode["attributes"];
}

/** Whether a node is a max-pool without pads, whose indices nothing reads: they would count other columns. */
function walksWholeWindows(node: LoweredNode): boolean {
  return node.op === "MaxPool" && node.outputs.length === 1 && windowOf(node).pads.every((pad) => pad === 0);
}

/** Rows and columns that the windows of a pool reach. */
function pooledExtents(pool: LoweredNode): number[] {
  return pool.outputs[0]!.shape.slice(2).map(
    (windows, axis) => (windows - 1) * step(pool, axis) + reach(pool, axis),
  );
}

function step(node: LoweredNode, axis: number): number {
  return windowOf(node).strides[axis]!;
}

function reach(node: LoweredNode, axis: number): number {
  const { kernel_shape, dilations } = windowOf(node);
  return dilations[axis]! * (kernel_shape[axis]! - 1) + 1;
}

/** The convolution behind `tensor` and what lies between, in order, or null where another node reads of these. */
function chainTo(
  tensor: Tensor,
  makers: ReadonlyMap<Tensor, LoweredNode>,
  readers: ReadonlyMap<Tensor, number>,
): LoweredNode[] | null {
  const chain: LoweredNode[] = [];
  for (let at: Tensor = tensor; ; at = chain[0]!.inputs[0]!) {
    const maker = makers.get(at);
    if (!maker || readers.get(at) !== 1 || maker.domain !== undefined) return null;
    chain.unshift(maker);
    if (maker.op === "Conv") return chain;
    if (!placewise.has(maker.op)) return null;
  }
}

/** The pads with which a convolution gives its first `wanted` rows and columns, or null where pads have no such part. */
function croppedConvolution(
  node: LoweredNode,
  wanted: readonly number[],
): { pads: number[]; extents: number[] } | null {
  const { pads } = windowOf(node);
  const given = node.outputs[0]!.shape.slice(2);
  const cropped = [...pads];
  const extents = given.map((extent, axis) => {
    // As many strides of the padding as there are rows to leave out.
    const strides = Math.min(extent - wanted[axis]!, Math.floor(pads[axis + 2]! / step(node, axis)));
    cropped[axis + 2] = pads[axis + 2]! - strides * step(node, axis);
    return extent - strides;
  });
  return extents.every((extent, axis) => extent === given[axis]) ? null : { pads: cropped, extents };
}
