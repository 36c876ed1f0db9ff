import { BinaryReader } from "@bufbuild/protobuf/wire";
import { InputError } from "../base/index.ts";
import { type Field, fieldsOf, textOf } from "./modelFile.ts";
import { BinaryWriter, message } from "./proto.ts";
import { tensorsOf, withTensors } from "./tensorWalk.ts";
import { copy } from "./wrapModel.ts";

/** Numbers of the fields of `TensorProto` that say where its values are. */
const tensorFields = {
  dims: 1,
  dataType: 2,
  name: 8,
  rawData: 9,
  externalData: 13,
  dataLocation: 14,
} as const;
/** `TensorProto.DataLocation`: the values lie in another file. */
const external = 1;

/** Bits of an element, by the number of its type in `TensorProto.DataType`. */
const bitsOf: Readonly<Record<number, number>> = {
  ...{ 1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128 },
  ...{ 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2 },
};

/** Where the values of a tensor lie in another file. */
export interface ExternalRange {
  /** Name of the tensor. */
  readonly tensor: string;
  /** Path of the file, from the model's folder. */
  readonly location: string;
  /** In bytes. */
  readonly offset: number;
  /** In bytes; null for all that follows. */
  readonly length: number | null;
}

/**
 * The ranges of other files that a model's values lie in, none for a model that holds all of them, as most do.
 *
 * @param fileName for messages
 * @throws InputError when the bytes are no ONNX model, or a range is none.
 * @see https://onnx.ai/onnx/repo-docs/ExternalData.html
 */
export function externalRanges(model: Uint8Array, fileName: string): ExternalRange[] {
  const ranges: ExternalRange[] = [];
  try {
    for (const tensor of tensorsOf(model)) {
      const range = rangeOf(tensor, fileName);
      if (range) ranges.push(range);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${fileName}: ${model.length} bytes that are no ONNX model (${error instanceof Error ? error.message : error})`,
      { cause: error },
    );
  }
  return ranges;
}

/** A model whose values all lie inside, those of other files as `read` gives them. */
export function withDataInside(
  model: Uint8Array,
  fileName: string,
  read: (range: ExternalRange) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  return withTensors(model, (tensor) => {
    const range = rangeOf(tensor, fileName);
    if (!range) return null;
    const writer = new BinaryWriter();
    for (const field of fieldsOf(tensor)) if (!tellsOfFile(field)) copy(writer, field);
    const values = read(range);
    message(writer, tensorFields.rawData, (raw) => raw.raw(values));
    return writer.finish();
  });
}

function tellsOfFile({ number }: Field): boolean {
  return number === tensorFields.externalData || number === tensorFields.dataLocation;
}

function rangeOf(tensor: Uint8Array, fileName: string): ExternalRange | null {
  const dims: number[] = [];
  const entries = new Map<string, string>();
  let [name, dataType, location] = ["", 0, 0];
  for (const field of fieldsOf(tensor)) {
    const { number, value } = field;
    if (number === tensorFields.dims) dims.push(...varints(field));
    else if (number === tensorFields.dataType) dataType = varint(value);
    else if (number === tensorFields.name) name = textOf(value);
    else if (number === tensorFields.dataLocation) location = varint(value);
    else if (number === tensorFields.externalData) {
      const parts = [...fieldsOf(value)];
      const part = (at: number): string =>
        textOf(parts.find((one) => one.number === at)?.value ?? new Uint8Array());
      entries.set(part(1), part(2));
    }
  }
  if (location !== external) return null;
  const where = `${fileName}: tensor ${JSON.stringify(name)}`;
  const file = entries.get("location") ?? "";
  if (file === "") {
    throw new InputError(`${where} lies in another file, which is not named: export the model anew`);
  }
  const offset = wholeOf(entries.get("offset") ?? "0", `${where}: its offset in ${JSON.stringify(file)}`);
  const bits = bitsOf[dataType];
  const size =
    bits === undefined ? null : Math.ceil((dims.reduce((product, extent) => product * extent, 1) * bits) / 8);
  const stated = entries.get("length");
  const length =
    stated === undefined ? size : wholeOf(stated, `${where}: its length in ${JSON.stringify(file)}`);
  if (size !== null && length !== size) {
    throw new InputError(
      `${where} of shape [${dims.join(",")}] takes ${size} bytes, its range in ${JSON.stringify(file)} has ${length}: export the model anew`,
    );
  }
  return { tensor: name, location: file, offset, length };
}

function wholeOf(value: string, what: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number)) return number;
  throw new InputError(
    `${what} is ${JSON.stringify(value)}, expected a whole number of bytes: export the model anew`,
  );
}

/** Dims are packed into one field by most writers, and one field each by others. */
function* varints({ type, value }: Field): Generator<number> {
  const reader = new BinaryReader(value);
  if (type === 0) yield Number(reader.int64());
  else while (reader.pos < reader.len) yield Number(reader.int64());
}

function varint(bytes: Uint8Array): number {
  return Number(new BinaryReader(bytes).int64());
}
