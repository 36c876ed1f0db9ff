import { type Field, fieldsOf } from "./modelFile.ts";
import { BinaryWriter, message } from "./proto.ts";
import { copy } from "./wrapModel.ts";

/** The messages of ONNX's schema in which a tensor with values can lie. */
type Message = "model" | "graph" | "node" | "attribute" | "sparse" | "function" | "training" | "tensor";

/**
 * For each message the fields that lead to tensors, and the message that each holds.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
const leadsTo: Readonly<Record<Message, Readonly<Record<number, Message>>>> = {
  model: { 7: "graph", 20: "training", 25: "function" },
  training: { 1: "graph", 2: "graph" },
  function: { 7: "node", 11: "attribute" },
  graph: { 1: "node", 5: "tensor", 15: "sparse" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse" },
  sparse: { 1: "tensor", 2: "tensor" },
  tensor: {},
};

/** As deep as protobuf itself goes, in ONNX Runtime too. */
const maxDepth = 100;

/**
 * Every tensor with values of a model (`TensorProto`), wherever it lies: initializers, attributes, subgraphs, functions.
 *
 * @throws Error for messages nested deeper than 100.
 */
export function* tensorsOf(model: Uint8Array): Generator<Uint8Array> {
  yield* tensorsIn(model, "model", 0);
}

function* tensorsIn(bytes: Uint8Array, kind: Message, depth: number): Generator<Uint8Array> {
  if (kind === "tensor") {
    yield bytes;
    return;
  }
  if (depth > maxDepth) throw new Error(`its messages are nested deeper than ${maxDepth}`);
  for (const { number, value } of fieldsOf(bytes)) {
    const inner = leadsTo[kind][number];
    if (inner !== undefined) yield* tensorsIn(value, inner, depth + 1);
  }
}

/** A model with each tensor (`TensorProto`) replaced by what `change` makes of it; null leaves it as it is. */
export function withTensors(
  model: Uint8Array,
  change: (tensor: Uint8Array) => Uint8Array | null,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(changed(model, "model", change));
}

function changed(
  bytes: Uint8Array,
  kind: Message,
  change: (tensor: Uint8Array) => Uint8Array | null,
): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of fieldsOf(bytes)) {
    const inner = leadsTo[kind][field.number];
    if (inner === undefined) copy(writer, field);
    else if (inner === "tensor") copyWith(writer, field, change(field.value) ?? field.value);
    else copyWith(writer, field, changed(field.value, inner, change));
  }
  return writer.finish();
}

function copyWith(writer: BinaryWriter, { number }: Field, value: Uint8Array): void {
  message(writer, number, (inner) => inner.raw(value));
}
