import { BinaryWriter } from "@bufbuild/protobuf/wire";
import type { DType, Shape, TensorData } from "../base/index.ts";

/**
 * Writers for the few messages of ONNX's protobuf schema that a model needs.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

/** `TensorProto.DataType` of each dtype. */
export const dataTypes: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
};

const wireVarint = 0;
const wireBytes = 2;
const wireFixed32 = 5;

/** An extent that a reader may choose at run time, or a fixed one. */
export type ModelShape = readonly (number | string)[];

/** Writes a nested message under a field number. */
export function message(writer: BinaryWriter, field: number, write: (nested: BinaryWriter) => void): void {
  writer.tag(field, wireBytes).fork();
  write(writer);
  writer.join();
}

export function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, wireBytes).string(value);
}

export function integer(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, wireVarint).int64(value);
}

export function float(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, wireFixed32).float(value);
}

/** `TensorProto` with raw little-endian data, as every platform that Node runs on stores it. */
export function writeTensor(writer: BinaryWriter, name: string, tensor: TensorData): void {
  for (const extent of tensor.shape) integer(writer, 1, extent);
  integer(writer, 2, dataTypes[tensor.dtype]);
  text(writer, 8, name);
  const { buffer, byteOffset, byteLength } = tensor.data;
  writer.tag(9, wireBytes).bytes(new Uint8Array(buffer, byteOffset, byteLength));
}

/** `ValueInfoProto`. */
export function writeValueInfo(writer: BinaryWriter, name: string, dtype: DType, shape: ModelShape): void {
  text(writer, 1, name);
  message(writer, 2, (type) => {
    message(type, 1, (tensorType) => {
      integer(tensorType, 1, dataTypes[dtype]);
      message(tensorType, 2, (shapeProto) => {
        for (const extent of shape) {
          message(shapeProto, 1, (dimension) => {
            if (typeof extent === "number") integer(dimension, 1, extent);
            else text(dimension, 2, extent);
          });
        }
      });
    });
  });
}

export type OnnxAttribute =
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "int"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "ints"; readonly value: Shape };

/** `AttributeProto`. */
export function writeAttribute(writer: BinaryWriter, name: string, attribute: OnnxAttribute): void {
  text(writer, 1, name);
  switch (attribute.type) {
    case "float":
      float(writer, 2, attribute.value);
      integer(writer, 20, 1);
      break;
    case "int":
      integer(writer, 3, attribute.value);
      integer(writer, 20, 2);
      break;
    case "string":
      text(writer, 4, attribute.value);
      integer(writer, 20, 3);
      break;
    case "ints":
      for (const value of attribute.value) integer(writer, 8, value);
      integer(writer, 20, 7);
      break;
  }
}

export { BinaryWriter };
