import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError, shellWord } from "../../../base/index.ts";
import {
  type EncoderOptions,
  type ModelPorts,
  modelPorts,
  type OpenedModel,
} from "../../../encoder/index.ts";
import { readRunModel } from "../export/runModel.ts";
import { readFileOrExplain } from "../files/files.ts";
import { RunFolder } from "../run/runFolder.ts";
import { openRunner, requireDevice } from "./openRunner.ts";
import { pathOf } from "./place.ts";
import { readPicture } from "./readPicture.ts";

interface Found {
  readonly onnx: Uint8Array;
  readonly name: string;
  readonly ports: ModelPorts;
}

/** What `Encoder.load` opens in Node, see there. */
export async function openEncoder(
  source: string | URL | Uint8Array | ArrayBuffer,
  { checkpoint, ...options }: EncoderOptions,
): Promise<OpenedModel> {
  requireDevice(options.device);
  const { onnx, name, ports } = await find(source, checkpoint);
  return { ports, readPicture, runner: await openRunner(onnx, name, options) };
}

async function find(
  source: string | URL | Uint8Array | ArrayBuffer,
  checkpoint: number | undefined,
): Promise<Found> {
  if (typeof source !== "string" && !(source instanceof URL)) {
    const bytes = new Uint8Array(source);
    return fromBytes(bytes, `the ${bytes.length} bytes given`, checkpoint);
  }
  const path = pathOf(source);
  const what = await stat(path).catch(() => null);
  if (!what?.isDirectory()) return fromFile(path, checkpoint);
  const folder = new RunFolder(path);
  if (folder.exists) return fromRun(folder, checkpoint);
  const files = [folder.imageModel, join(path, "image.onnx"), join(path, "encoder.onnx")];
  const file = files.find((one) => existsSync(one));
  if (file) return fromFile(file, checkpoint);
  throw new InputError(
    `${path} holds neither a run (config.json), nor its model (model.json), nor an exported encoder (encoder.onnx): train one with kindred train --out ${shellWord(path)}`,
  );
}

async function fromRun(folder: RunFolder, checkpoint: number | undefined): Promise<Found> {
  const { onnx, description } = await readRunModel(folder, checkpoint);
  return { onnx, name: folder.path, ports: { ...modelPorts(onnx, folder.path), description } };
}

async function fromFile(path: string, checkpoint: number | undefined): Promise<Found> {
  return fromBytes(await readFileOrExplain(path), path, checkpoint);
}

function fromBytes(onnx: Uint8Array, name: string, checkpoint: number | undefined): Found {
  if (checkpoint !== undefined) {
    throw new InputError(
      `${name} is one model and has no checkpoints: leave checkpoint out, or load its run's folder`,
    );
  }
  return { onnx, name, ports: modelPorts(onnx, name) };
}
