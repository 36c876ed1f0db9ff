import { type Field, fieldsOf, graphFields, nodeFields, textOf } from "./modelFile.ts";
import { BinaryWriter, message, text } from "./proto.ts";
import { copy } from "./wrapModel.ts";

/** Numbers of further fields of `GraphProto`, `NodeProto`, `AttributeProto`, `TensorProto` and `SparseTensorProto`. */
const sparseInitializer = 15;
const quantizationAnnotation = 14;
const nodeName = 3;
const attributesOfNode = 5;
const subgraphs: ReadonlySet<number> = new Set([6, 11]);
const tensorName = 8;
const valuesOfSparse = 1;
const valueInfoName = 1;

/** New name of a tensor or node. */
export type Rename = (name: string) => string;

/**
 * The fields of a graph with all its names renamed, those inside of its subgraphs (of `If`, `Loop`, `Scan`) too, so that
 * it can stand in one file with another graph. Notes on quantization, which hold names in texts, are left out: they
 * change no value.
 */
export function renamedGraph(graph: Uint8Array, rename: Rename): Field[] {
  return [...fieldsOf(graph)].flatMap((field) => {
    const value = renamedField(field, rename);
    return value === null ? [] : [{ ...field, value }];
  });
}

function renamedField({ number, value }: Field, rename: Rename): Uint8Array | null {
  switch (number) {
    case graphFields.node:
      return rewritten(value, (writer, field) => writeNodeField(writer, field, rename));
    case graphFields.initializer:
      return withName(value, tensorName, rename);
    case sparseInitializer:
      return rewritten(value, (writer, field) => {
        if (field.number !== valuesOfSparse) copy(writer, field);
        else nested(writer, field.number, withName(field.value, tensorName, rename));
      });
    case graphFields.input:
    case graphFields.output:
    case graphFields.valueInfo:
      return withName(value, valueInfoName, rename);
    case quantizationAnnotation:
      return null;
    default:
      return value;
  }
}

function writeNodeField(writer: BinaryWriter, field: Field, rename: Rename): void {
  const { number, value } = field;
  if (number === nodeFields.input || number === nodeFields.output || number === nodeName) {
    // An optional input that is left out has no name, and keeps none.
    const name = textOf(value);
    text(writer, number, name === "" ? "" : rename(name));
  } else if (number === attributesOfNode) {
    nested(
      writer,
      number,
      rewritten(value, (attribute, part) => {
        if (subgraphs.has(part.number)) nested(attribute, part.number, graphOf(part.value, rename));
        else copy(attribute, part);
      }),
    );
  } else copy(writer, field);
}

function graphOf(graph: Uint8Array, rename: Rename): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of renamedGraph(graph, rename)) copy(writer, field);
  return writer.finish();
}

function withName(value: Uint8Array, number: number, rename: Rename): Uint8Array {
  return rewritten(value, (writer, field) => {
    if (field.number === number) text(writer, number, rename(textOf(field.value)));
    else copy(writer, field);
  });
}

function rewritten(value: Uint8Array, write: (writer: BinaryWriter, field: Field) => void): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of fieldsOf(value)) write(writer, field);
  return writer.finish();
}

function nested(writer: BinaryWriter, number: number, value: Uint8Array): void {
  message(writer, number, (inner) => inner.raw(value));
}
