import { fieldsOf } from "./modelFile.ts";
import { BinaryWriter, integer, message, text } from "./proto.ts";
import { withTensors } from "./tensorWalk.ts";
import { copy } from "./wrapModel.ts";

const rawData = 9;

/**
 * A model with the raw values of its tensors in another file, one after the other from `start` on, as `torch.onnx.export` and
 * `onnx.save_model` write it.
 *
 * @param least bytes of a tensor from which on its values are moved
 */
export function withDataBeside(
  model: Uint8Array,
  location: string,
  { least = 1, start = 0 }: { readonly least?: number; readonly start?: number } = {},
): { readonly model: Uint8Array<ArrayBuffer>; readonly data: Uint8Array<ArrayBuffer> } {
  const parts: Uint8Array[] = [new Uint8Array(start)];
  let offset = start;
  const moved = withTensors(model, (tensor) => {
    const values = [...fieldsOf(tensor)].find(({ number }) => number === rawData)?.value;
    if (!values || values.length < least) return null;
    const writer = new BinaryWriter();
    for (const field of fieldsOf(tensor)) if (field.number !== rawData) copy(writer, field);
    for (const [key, value] of Object.entries({ location, offset, length: values.length })) {
      message(writer, 13, (entry) => {
        text(entry, 1, key);
        text(entry, 2, String(value));
      });
    }
    integer(writer, 14, 1);
    parts.push(values);
    offset += values.length;
    return writer.finish();
  });
  return { model: moved, data: new Uint8Array(Buffer.concat(parts)) };
}
