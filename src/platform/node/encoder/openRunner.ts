import { InputError } from "../../../base/index.ts";
import { type EncoderOptions, embeddingOutput, type ModelRunner } from "../../../encoder/index.ts";
import { type DeviceName, deviceNames } from "../ort/devices.ts";
import { ModelSession } from "../ort/modelSession.ts";

/** @throws InputError for a device that no Node has; default `auto`. */
export function requireDevice(device: string = "auto"): DeviceName {
  const known = deviceNames.find((name) => name === device);
  if (known) return known;
  throw new InputError(`"${device}" is no device of Node, choose one of ${deviceNames.join(", ")}`);
}

/** An ONNX model from its inputs to `embedding`, on a thread of its own. */
export function openRunner(
  onnx: Uint8Array,
  name: string,
  { device, threads }: EncoderOptions,
): Promise<ModelRunner> {
  const options = { device: requireDevice(device), ...(threads === undefined ? {} : { threads }) };
  return ModelSession.open(onnx, name, [embeddingOutput], options);
}
