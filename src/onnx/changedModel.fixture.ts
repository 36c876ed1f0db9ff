import { fieldsOf, graphFields, modelFields } from "./modelFile.ts";
import { BinaryWriter, integer, type ModelShape, message, writeValueInfo } from "./proto.ts";
import { copy } from "./wrapModel.ts";

/** A model that says its one input has another shape, whatever it computes with. */
export function withInputShape(model: Uint8Array, name: string, shape: ModelShape): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  for (const field of fieldsOf(model)) {
    if (field.number !== modelFields.graph) copy(writer, field);
    else {
      message(writer, field.number, (graph) => {
        for (const part of fieldsOf(field.value)) {
          if (part.number !== graphFields.input) copy(graph, part);
          else message(graph, part.number, (info) => writeValueInfo(info, name, "float32", shape));
        }
      });
    }
  }
  return new Uint8Array(writer.finish());
}

/** A model that says it is written in another version of the file format and of the operators. */
export function withVersions(model: Uint8Array, ir: number, opset: number): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  for (const field of fieldsOf(model)) {
    if (field.number === 1) integer(writer, 1, ir);
    else if (field.number === 8) message(writer, 8, (entry) => integer(entry, 2, opset));
    else copy(writer, field);
  }
  return new Uint8Array(writer.finish());
}
