import { constant, integers, type Schema, type Tensor } from "../../graph/index.ts";
import { type LoweredGraph, type LoweredNode, NodeList, replaceNodes } from "./lowering.ts";

/**
 * Computes the gradient of max-pools from their values instead of their indices, which ONNX Runtime's WebGPU provider
 * does not give: an input has its window's gradient where it equals the window's maximum, the first of equals. Holds
 * for windows side by side without pads; a pool of another form, or whose indices serve something else, stays as it is.
 */
export function maxPoolWithoutIndices(graph: LoweredGraph): LoweredGraph {
  const pools = new Map<Tensor, LoweredNode>();
  for (const node of graph.nodes) {
    const indices = node.op === "MaxPool" ? node.outputs[1] : undefined;
    if (indices) pools.set(indices, node);
  }
  const results = new Set([...graph.outputs.values(), ...graph.updates.values()]);
  for (const [indices, pool] of pools) if (results.has(indices)) pools.delete(pool.outputs[1]!);
  for (const node of graph.nodes) {
    for (const tensor of node.inputs) {
      const pool = tensor && pools.get(tensor);
      if (pool && !(node.op === "MaxUnpool" && tiles(pool))) pools.delete(tensor);
    }
  }
  const replaced = new Set(pools.values());
  return {
    ...graph,
    nodes: replaceNodes(graph, (node) => {
      if (replaced.has(node)) return [{ ...node, outputs: [node.outputs[0]!] }];
      const pool = node.op === "MaxUnpool" ? pools.get(node.inputs[1]!) : undefined;
      return pool ? unpool(pool, node) : null;
    }),
  };
}

function windowOf(pool: LoweredNode): Schema["MaxPool"] {
  return pool.attributes as Schema["MaxPool"] & LoweredNode["attributes"];
}

/** Whether windows lie side by side, without pads. */
function tiles(pool: LoweredNode): boolean {
  const { kernel_shape, strides, pads, dilations } = windowOf(pool);
  return (
    kernel_shape.every((extent, axis) => strides[axis] === extent && dilations[axis] === 1) &&
    pads.every((pad) => pad === 0)
  );
}

function unpool(pool: LoweredNode, { inputs: [dy], outputs: [dx] }: LoweredNode): readonly LoweredNode[] {
  const x = pool.inputs[0]!;
  const y = pool.outputs[0]!;
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [, , h, w] = y.shape as [number, number, number, number];
  const [kh, kw] = windowOf(pool).kernel_shape as [number, number];
  const list = new NodeList();
  const add = (
    op: LoweredNode["op"],
    inputs: readonly (Tensor | null)[],
    shape: readonly number[],
    attributes: LoweredNode["attributes"] = {},
    output?: Tensor,
  ): Tensor => list.add({ op, inputs, attributes }, shape, output);
  const reshape = (tensor: Tensor, shape: readonly number[], output?: Tensor): Tensor =>
    add("Reshape", [tensor, integers(shape)], shape, {}, output);
  const [rows, windows, places] = [n * c * h, n * c * h * w, kh * kw];
  const whole = h * kh === height && w * kw === width;
  // Rows and columns beyond the last whole window belong to none.
  const covered = [n, c, h * kh, w * kw];
  const cut = whole
    ? x
    : add("Slice", [x, integers([0, 0]), integers([h * kh, w * kw]), integers([2, 3])], covered);
  // [n, c, h kh, w kw] -> [kh kw, windows]
  const split = reshape(cut, [rows, kh, w, kw]);
  const turned = add("Transpose", [split], [kh, kw, rows, w], { perm: [1, 3, 0, 2] });
  const byPlace = reshape(turned, [places, windows]);
  const greatest = add("Equal", [byPlace, reshape(y, [1, windows])], [places, windows]);
  // Of the places that hold the maximum the first has the highest rank.
  const ranks = constant(
    "float32",
    [places, 1],
    Array.from({ length: places }, (_, place) => places - place),
  );
  const ranked = add(
    "Mul",
    [add("Cast", [greatest], [places, windows], { to: "float32" }), ranks],
    [places, windows],
  );
  const best = add("ReduceMax", [ranked, integers([0])], [1, windows], { keepdims: 1 });
  const first = add("Equal", [ranked, best], [places, windows]);
  const zero = constant("float32", [], [0]);
  const spread = add("Where", [first, reshape(dy!, [1, windows]), zero], [places, windows]);
  const back = add("Transpose", [reshape(spread, [kh, kw, rows, w])], [rows, kh, w, kw], {
    perm: [2, 0, 3, 1],
  });
  const joined = reshape(back, covered, whole ? dx : undefined);
  if (!whole) {
    const pads = integers([0, 0, 0, 0, 0, 0, height - h * kh, width - w * kw]);
    add("Pad", [joined, pads, zero], x.shape, { mode: "constant" }, dx);
  }
  return list.nodes;
}
