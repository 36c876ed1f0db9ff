import { type TensorData, tensorData } from "../base/index.ts";
import {
  elementTypes,
  opsetOf,
  pooledNodes,
  rewrittenGraph,
  type TrunkHead,
  writeHead,
} from "./composeTrunk.ts";
import { graphFields, readModel } from "./modelFile.ts";
import { type Rename, renamedGraph } from "./prefixNames.ts";
import { message, writeTensor, writeValueInfo } from "./proto.ts";
import { copy, type WrapNode, writeNode } from "./wrapModel.ts";

/** How the output of a frozen model becomes the embedding of a value. */
export interface FrozenOutput {
  readonly output: string;
  /** `vector`: `[n, d]`; others: `[n, tokens, d]`, of which the mean, the first or the last. */
  readonly pool: "vector" | "mean" | "cls" | "last";
  /** Whether vectors are scaled to length 1. */
  readonly unit: boolean;
  /** Whether the rows are parts of one value, such as the windows of a recording: the mean of their unit vectors stands for it. */
  readonly parts: boolean;
  /** Length of a vector. */
  readonly features: number;
}

/**
 * A frozen model that takes what it took, whatever its inputs are, to `embedding` `[n, dim]`: its output as one vector of each value, and
 * a head behind it where there is one. All its names but those of its inputs begin with `trunk/`.
 *
 * @param head takes `features` to `embedding`; null for the vector itself
 * @throws InputError when the model is written in an operator set before 7.
 */
export function embeddingModel(
  frozen: Uint8Array,
  of: FrozenOutput,
  head: TrunkHead | null,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const opset = opsetOf(frozen);
  const { inputs } = readModel(frozen, "the frozen model");
  const kept = new Set(inputs.map(({ name }) => name));
  const rename: Rename = (name) => (kept.has(name) ? name : `trunk/${name}`);
  const rows = of.parts ? 1 : inputs[0]?.shape[0] || "batch";
  return rewrittenGraph(frozen, metadata, (body, graph) => {
    for (const field of renamedGraph(graph, rename))
      if (field.number !== graphFields.output) copy(body, field);
    const constants = new Map<string, TensorData>();
    const last = head ? "features" : "embedding";
    for (const node of vectorNodes(of, rename(of.output), last, opset, constants)) {
      message(body, graphFields.node, (proto) => writeNode(proto, node));
    }
    for (const [name, value] of constants) {
      message(body, graphFields.initializer, (proto) => writeTensor(proto, name, value));
    }
    if (head) writeHead(body, head.model);
    message(body, graphFields.output, (proto) =>
      writeValueInfo(proto, "embedding", "float32", [rows, head?.dim ?? of.features]),
    );
  });
}

/** From the model's output to one vector of each value. */
function vectorNodes(
  { pool, unit, parts }: FrozenOutput,
  from: string,
  to: string,
  opset: number,
  constants: Map<string, TensorData>,
): WrapNode[] {
  const nodes: WrapNode[] = [];
  let at = from;
  const then = (op: string, attributes: WrapNode["attributes"] = {}, ...others: readonly string[]) => {
    const output = `kindred/vector ${nodes.length}`;
    nodes.push({ op, inputs: [at, ...others], output, attributes });
    at = output;
  };
  const unitLength = () =>
    then("LpNormalization", { axis: { type: "int", value: -1 }, p: { type: "int", value: 2 } });
  // Of a model of float16; of float32 it does nothing.
  then("Cast", { to: { type: "int", value: elementTypes.float32 } });
  nodes.push(...pooledNodes(pool, at, "kindred/pooled", opset, constants));
  at = "kindred/pooled";
  if (unit || parts) unitLength();
  if (parts) {
    constants.set("kindred/parts", tensorData("int64", [1], [0]));
    const keepdims = { type: "int", value: 1 } as const;
    if (opset < 18) then("ReduceMean", { axes: { type: "ints", value: [0] }, keepdims });
    else then("ReduceMean", { keepdims }, "kindred/parts");
    if (unit) unitLength();
  }
  return [...nodes, { op: "Identity", inputs: [at], output: to }];
}
