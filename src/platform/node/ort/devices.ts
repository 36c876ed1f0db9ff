import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import * as ort from "onnxruntime-node";
import { InputError } from "../../../base/index.ts";
import { buildGraph, input } from "../../../graph/index.ts";
import { maxPoolWithoutIndices } from "../../../onnx/index.ts";
import { add } from "../../../ops/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import { probeBlockedConvolution } from "./blockedProbe.ts";
import { OrtRuntime } from "./ortRuntime.ts";

/** Devices that can be asked for; all but `auto` are names of ONNX Runtime's execution providers. */
export const deviceNames = ["auto", "cpu", "webgpu", "cuda", "coreml", "dml"] as const;
export type DeviceName = (typeof deviceNames)[number];

export interface NodeRuntimeOptions {
  /** Default `auto`: CUDA where the installed ONNX Runtime has it and it works, else the CPU. */
  readonly device?: DeviceName;
  /** Threads of one operator. Default: as many as there are processors for this process. */
  readonly threads?: number;
  /** Have ONNX Runtime write a profile, a JSON file whose name begins so, for each program. */
  readonly profilePrefix?: string;
}

/** Execution providers that the installed ONNX Runtime was built with, best known first. */
export function installedDevices(): string[] {
  return ort
    .listSupportedBackends()
    .map(({ name }) => name)
    .filter((name) => name !== "tensorrt" && (name !== "cuda" || existsSync(cudaLibrary())));
}

/** ONNX Runtime lists CUDA wherever it could be; the provider is a library of its own beside the binding. */
function cudaLibrary(): string {
  const folder = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  const file =
    process.platform === "win32" ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so";
  return join(folder, "bin", "napi-v6", process.platform, process.arch, file);
}

/**
 * The runtime of a device, tried with a small graph before it is handed out.
 *
 * @throws InputError when a device asked for by name is not there; the message lists those that are.
 */
export async function nodeRuntime(options: NodeRuntimeOptions = {}): Promise<Runtime> {
  const { device = "auto" } = options;
  const installed = installedDevices();
  if (device !== "auto") return open(device, installed, options);
  // WebGPU is not picked unasked: on a software adapter it is many times slower than the CPU.
  if (installed.includes("cuda")) {
    try {
      return await open("cuda", installed, options);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return open("cpu", installed, options);
}

async function open(
  device: string,
  installed: readonly string[],
  options: NodeRuntimeOptions,
): Promise<Runtime> {
  const listed = installed.join(", ");
  if (!installed.includes(device)) {
    throw new InputError(
      `device "${device}" is not in the installed ONNX Runtime ${ort.env.versions.node}, which has: ${listed}; choose one of these or auto`,
    );
  }
  const threads = options.threads ?? availableParallelism();
  const where = device === "cpu" ? `${threads} threads` : "ONNX Runtime's provider";
  const runtime = new OrtRuntime(
    { name: device, description: `${device} (${where}, ONNX Runtime ${ort.env.versions.node})` },
    {
      device,
      threads,
      ...(options.profilePrefix === undefined ? {} : { profilePrefix: options.profilePrefix }),
    },
  );
  try {
    const x = input("x", [1]);
    const program = await runtime.compile(buildGraph({ name: "probe", outputs: { y: add(x, 1) } }));
    await program.run({ x: { dtype: "float32", shape: [1], data: new Float32Array([1]) } });
    await program.dispose();
    if (device === "webgpu") runtime.lowering = maxPoolWithoutIndices;
    if (device === "cpu") runtime.lowering = await probeBlockedConvolution(runtime);
  } catch (error) {
    await runtime.dispose();
    const reason = (error instanceof Error ? error.message : String(error)).split("\n")[0];
    throw new InputError(`device "${device}" does not work here (${reason}); ONNX Runtime has: ${listed}`);
  }
  return runtime;
}
