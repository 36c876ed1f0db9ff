import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { type DType, InputError } from "../base/index.ts";
import { dataTypes, type ModelShape } from "./proto.ts";

/** An input or output of a model. */
export interface ModelTensor {
  readonly name: string;
  /** Null for an element type that the engine does not know. */
  readonly dtype: DType | null;
  /** ONNX's name of the element type, known to the engine or not; `no tensor` for a sequence, a map or an optional. */
  readonly type: string;
  /** A name where an extent is open; so are extents of 0 and less, which some exporters write. */
  readonly shape: ModelShape;
}

/** What an ONNX file says of itself. */
export interface ModelFile {
  /** Without those that have values in the file. */
  readonly inputs: readonly ModelTensor[];
  readonly outputs: readonly ModelTensor[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** A field of a protobuf message: its number, and its value as it is in the file. */
export interface Field {
  readonly number: number;
  readonly type: WireType;
  /** For a nested message or text what is in it, without its length. */
  readonly value: Uint8Array;
}

/** The fields of a message, in the file's order. */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const value =
      type === WireType.LengthDelimited ? reader.bytes() : new Uint8Array(reader.skip(type, number));
    yield { number, type, value };
  }
}

export function textOf(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}

/** Numbers of the fields of `ModelProto`, `GraphProto`, `NodeProto` and `StringStringEntryProto` that are read here. */
export const modelFields = { graph: 7, metadata: 14 } as const;
export const graphFields = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;
export const nodeFields = { input: 1, output: 2 } as const;
const initializerName = 8;
/** Names of `TensorProto.DataType`, by number from 1. */
const typeNames = [
  ...[
    "float32",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "int32",
    "int64",
    "string",
    "bool",
    "float16",
    "float64",
  ],
  ...["uint32", "uint64", "complex64", "complex128", "bfloat16"],
];
const dtypes = new Map((Object.keys(dataTypes) as DType[]).map((dtype) => [dataTypes[dtype], dtype]));

/**
 * The inputs, outputs and metadata of an ONNX file, without loading it into an engine.
 *
 * @param fileName for messages
 * @throws InputError when the bytes are no ONNX model.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function readModel(bytes: Uint8Array, fileName: string): ModelFile {
  try {
    const fields = [...fieldsOf(bytes)];
    const graph = fields.find(({ number, type }) => number === modelFields.graph && isNested(type));
    if (!graph) throw new Error("it has no graph");
    const parts = [...fieldsOf(graph.value)];
    const of = (number: number): Uint8Array[] =>
      parts.filter((field) => field.number === number).map(({ value }) => value);
    const filled = new Set(of(graphFields.initializer).map((value) => textField(value, initializerName)));
    const metadata = fields
      .filter(({ number }) => number === modelFields.metadata)
      .map(({ value }) => [textField(value, 1), textField(value, 2)] as const);
    return {
      inputs: of(graphFields.input)
        .map(valueInfo)
        .filter(({ name }) => !filled.has(name)),
      outputs: of(graphFields.output).map(valueInfo),
      metadata: new Map(metadata),
    };
  } catch (error) {
    throw new InputError(
      `${fileName}: ${bytes.length} bytes that are no ONNX model (${error instanceof Error ? error.message : error}), expected a file such as kindred export writes`,
      { cause: error },
    );
  }
}

function isNested(type: WireType): boolean {
  return type === WireType.LengthDelimited;
}

function textField(message: Uint8Array, number: number): string {
  for (const field of fieldsOf(message)) if (field.number === number) return textOf(field.value);
  return "";
}

/** `ValueInfoProto`: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { value 1 | name 2 } } } }. */
function valueInfo(message: Uint8Array): ModelTensor {
  const type = nested(message, [2, 1]);
  const elementType = [...fieldsOf(type)].find(({ number }) => number === 1);
  const number = elementType ? varint(elementType.value) : 0;
  const shape = nested(type, [2]);
  return {
    name: textField(message, 1),
    dtype: dtypes.get(number) ?? null,
    type: typeNames[number - 1] ?? (number === 0 ? "no tensor" : `element type ${number}`),
    shape: [...fieldsOf(shape)].map(({ value }) => {
      const [extent] = fieldsOf(value);
      if (!extent) return "";
      if (extent.number !== 1) return textOf(extent.value);
      const fixed = varint(extent.value);
      return fixed > 0 ? fixed : "";
    }),
  };
}

function nested(message: Uint8Array, path: readonly number[]): Uint8Array {
  let inner = message;
  for (const number of path) {
    inner = [...fieldsOf(inner)].find((field) => field.number === number)?.value ?? new Uint8Array();
  }
  return inner;
}

function varint(bytes: Uint8Array): number {
  return Number(new BinaryReader(bytes).int64());
}
