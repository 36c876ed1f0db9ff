import { InputError } from "../../../base/index.ts";
import {
  type EncoderOptions,
  type ModelPorts,
  modelPorts,
  type OpenedModel,
} from "../../../encoder/index.ts";
import { fetched, placeOf } from "./fetched.ts";
import { openRunner, requireDevice } from "./openRunner.ts";
import { readPicture } from "./readPicture.ts";

interface Found {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly name: string;
  readonly ports: ModelPorts;
}

/** What `Encoder.load` opens in a browser, see there; it computes on the calling thread. */
export async function openEncoder(
  source: string | URL | Uint8Array | ArrayBuffer,
  { checkpoint, ...options }: EncoderOptions,
): Promise<OpenedModel> {
  if (checkpoint !== undefined) {
    throw new InputError("an exported encoder is one model and has no checkpoints: leave checkpoint out");
  }
  requireDevice(options.device);
  const { onnx, name, ports } = await find(source);
  return { ports, readPicture, runner: await openRunner(onnx, name, options) };
}

async function find(source: string | URL | Uint8Array | ArrayBuffer): Promise<Found> {
  if (typeof source !== "string" && !(source instanceof URL)) {
    const onnx = new Uint8Array(source);
    const name = `the ${onnx.length} bytes given`;
    return { onnx, name, ports: modelPorts(onnx, name) };
  }
  const place = placeOf(source);
  if (!place.pathname.endsWith(".onnx")) place.pathname = `${place.pathname.replace(/\/$/, "")}/encoder.onnx`;
  const response = await fetched(place);
  const onnx = new Uint8Array(await response.arrayBuffer());
  return { onnx, name: place.href, ports: modelPorts(onnx, place.href) };
}
