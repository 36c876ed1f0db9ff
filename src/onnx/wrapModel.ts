import { WireType } from "@bufbuild/protobuf/wire";
import type { DType, TensorData } from "../base/index.ts";
import { type Field, fieldsOf, graphFields, modelFields, nodeFields, textOf } from "./modelFile.ts";
import {
  BinaryWriter,
  type ModelShape,
  message,
  type OnnxAttribute,
  text,
  writeAttribute,
  writeTensor,
  writeValueInfo,
} from "./proto.ts";

/** A node as ONNX has it, by names. */
export interface WrapNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

interface Port {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: ModelShape;
}

/** What is put around a model. */
export interface ModelWrap {
  /** Computed before the model; they give the tensors that were its inputs. */
  readonly before: readonly WrapNode[];
  readonly after: readonly WrapNode[];
  /** Tensors that the nodes added take. */
  readonly constants: Readonly<Record<string, TensorData>>;
  /** New names of tensors of the model, by the old ones. */
  readonly renamed: Readonly<Record<string, string>>;
  /** In place of the model's. */
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Beside the model's own; an entry of the same key takes its place. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A model with nodes before and after it, by its bytes alone, so that it may be any ONNX file: what is not named here
 * stays as it is, weights, operator sets and functions included. The nodes added are to be of operators that mean the
 * same in every version of the operator set.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function wrapModel(bytes: Uint8Array, wrap: ModelWrap): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  for (const field of fieldsOf(bytes)) {
    if (field.number === modelFields.graph) {
      message(writer, modelFields.graph, (body) => writeGraph(body, field.value, wrap));
    } else if (!replaced(field, wrap.metadata)) copy(writer, field);
  }
  for (const [key, value] of Object.entries(wrap.metadata)) {
    message(writer, modelFields.metadata, (entry) => {
      text(entry, 1, key);
      text(entry, 2, value);
    });
  }
  return new Uint8Array(writer.finish());
}

function replaced({ number, value }: Field, metadata: ModelWrap["metadata"]): boolean {
  if (number !== modelFields.metadata) return false;
  const key = [...fieldsOf(value)].find((field) => field.number === 1);
  return key !== undefined && Object.hasOwn(metadata, textOf(key.value));
}

/** Nodes must come after those that they take from, so the order of the fields is not free. */
function writeGraph(body: BinaryWriter, graph: Uint8Array, wrap: ModelWrap): void {
  const { node, input, output } = graphFields;
  for (const added of wrap.before) message(body, node, (proto) => writeNode(proto, added));
  for (const field of fieldsOf(graph)) {
    if (field.number === node) message(body, node, (proto) => copyNode(proto, field.value, wrap.renamed));
    else if (field.number !== input && field.number !== output) copy(body, field);
  }
  for (const added of wrap.after) message(body, node, (proto) => writeNode(proto, added));
  for (const [name, value] of Object.entries(wrap.constants)) {
    message(body, graphFields.initializer, (proto) => writeTensor(proto, name, value));
  }
  for (const { name, dtype, shape } of wrap.inputs) {
    message(body, input, (proto) => writeValueInfo(proto, name, dtype, shape));
  }
  for (const { name, dtype, shape } of wrap.outputs) {
    message(body, output, (proto) => writeValueInfo(proto, name, dtype, shape));
  }
}

/** A node of {@link WrapNode}'s kind as `NodeProto`. */
export function writeNode(proto: BinaryWriter, { op, inputs, output, attributes = {} }: WrapNode): void {
  for (const name of inputs) text(proto, 1, name);
  text(proto, 2, output);
  text(proto, 3, `node_${output}`);
  text(proto, 4, op);
  for (const [name, value] of Object.entries(attributes)) {
    message(proto, 5, (attribute) => writeAttribute(attribute, name, value));
  }
}

function copyNode(proto: BinaryWriter, node: Uint8Array, renamed: ModelWrap["renamed"]): void {
  for (const field of fieldsOf(node)) {
    const isName = field.number === nodeFields.input || field.number === nodeFields.output;
    const name = isName ? renamed[textOf(field.value)] : undefined;
    if (name === undefined) copy(proto, field);
    else text(proto, field.number, name);
  }
}

/** Writes a field as it was read. */
export function copy(writer: BinaryWriter, { number, type, value }: Field): void {
  writer.tag(number, type);
  if (type === WireType.LengthDelimited) writer.bytes(value);
  else writer.raw(value);
}
