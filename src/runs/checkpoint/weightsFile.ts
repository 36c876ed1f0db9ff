import { InputError, type TensorData } from "../../base/index.ts";
import { readPt } from "./pt.ts";
import { readSafetensors } from "./safetensors.ts";

/**
 * The tensors of a file of weights, by name, whatever its ending: safetensors, or a checkpoint of PyTorch (`.pt`, `.pth`,
 * `.ckpt`, `.bin`), told apart by their first bytes. Nothing in it is executed.
 *
 * @param fileName for messages.
 * @throws InputError when it is neither, or damaged.
 */
export function readWeightsFile(bytes: Uint8Array, fileName: string): Map<string, TensorData> {
  if (isSafetensors(bytes)) return readSafetensors(bytes, fileName).tensors;
  if (bytes.length === 0 || isZip(bytes) || bytes[0] === 0x80) return readPt(bytes, fileName);
  throw new InputError(
    `${fileName}: is no file of weights that is known by its first bytes, expected a checkpoint of PyTorch (.pt, .pth, .ckpt) or safetensors`,
  );
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

/** Eight bytes hold the length of the header, which is a JSON object; the upper ones are zero, as it has at most 100 MB. */
function isSafetensors(bytes: Uint8Array): boolean {
  const first = bytes.subarray(8).find((byte) => byte > 0x20);
  return first === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0);
}
