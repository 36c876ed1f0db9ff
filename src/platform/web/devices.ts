import { InputError } from "../../base/index.ts";
import { buildGraph, input } from "../../graph/index.ts";
import { maxPoolWithoutIndices } from "../../onnx/index.ts";
import { add } from "../../ops/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { type FoundAdapter, findAdapter, openDevice } from "./gpu.ts";
import { loadedThreads, loadOrt, type WasmPaths } from "./ortBuild.ts";
import { messageOf, OrtRuntime } from "./ortRuntime.ts";

/** Devices that can be asked for in a browser. */
export const webDeviceNames = ["auto", "webgpu", "wasm"] as const;
export type WebDeviceName = (typeof webDeviceNames)[number];

export interface WebRuntimeOptions {
  /** Default `auto`: WebGPU on a real graphics processor where it works, else WebAssembly. */
  readonly device?: WebDeviceName;
  /**
   * Threads of WebAssembly. Default: one less than there are processors, at most 8; 1 where a page may have no more. The
   * page that draws what is trained needs one too: on two processors it trained 5,000 pictures in 8 to 10 s with one
   * thread and in 10 to 12 s with two, which wait for each other whenever one of them has to wait for its processor.
   */
  readonly threads?: number;
  /** Where ONNX Runtime's files are served. Default: where the bundler put them. */
  readonly wasmPaths?: WasmPaths;
}

/** More processors are seldom alike, and the slowest then holds up the rest. */
const mostThreads = 8;

/**
 * The runtime of this browser, computing on the calling thread: call it in a worker where the page must stay alive. Tried
 * with a small graph before it is handed out; its description says what was chosen and why.
 *
 * @throws InputError when a device asked for by name, or so many threads, are not to be had here.
 */
export async function webRuntime(options: WebRuntimeOptions = {}): Promise<Runtime> {
  const { device = "auto" } = options;
  if (!webDeviceNames.includes(device)) {
    throw new InputError(`"${device}" is no device of a browser, choose one of ${webDeviceNames.join(", ")}`);
  }
  if (device === "wasm") return wasmRuntime(options, null);
  const found = await findAdapter();
  if (device === "webgpu") return webgpuRuntime(found, options);
  if (found.adapter === null) return wasmRuntime(options, found.reason);
  // On a software adapter WebGPU is many times slower than WebAssembly.
  if (found.software) return wasmRuntime(options, `WebGPU is software here (${found.name})`);
  try {
    return await webgpuRuntime(found, options);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return wasmRuntime(options, error.message);
  }
}

/** Whether the page may share memory between threads. */
function isolated(): boolean {
  return (globalThis as { readonly crossOriginIsolated?: boolean }).crossOriginIsolated === true;
}

async function wasmRuntime(options: WebRuntimeOptions, noGpu: string | null): Promise<Runtime> {
  const may = isolated();
  const { threads: wanted } = options;
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 1)) {
    throw new InputError(`${wanted} threads were asked for, expected an integer of 1 or more`);
  }
  if (wanted !== undefined && wanted > 1 && !may) {
    throw new InputError(
      `${wanted} threads were asked for, but the page is not cross-origin isolated: serve it with Cross-Origin-Opener-Policy same-origin and Cross-Origin-Embedder-Policy require-corp, or ask for 1`,
    );
  }
  const processors = globalThis.navigator.hardwareConcurrency;
  const usual = may ? Math.min(mostThreads, Math.max(1, processors - 1)) : 1;
  const threads = wanted ?? (await loadedThreads("wasm")) ?? usual;
  const why = !may
    ? ": the page is not cross-origin isolated"
    : wanted === undefined && threads === 1 && processors === 2
      ? ": the other processor is left to the page"
      : "";
  const { ort } = await loadOrt("wasm", threads, options.wasmPaths);
  const about = [
    `${threads} ${threads === 1 ? "thread" : "threads"}${why}`,
    `ONNX Runtime ${ort.env.versions.web}`,
    ...(noGpu === null ? [] : [noGpu]),
  ];
  return probed(
    new OrtRuntime({
      ort,
      device: { name: "wasm", description: `wasm (${about.join(", ")})` },
      lowering: (graph) => graph,
    }),
  );
}

async function webgpuRuntime(found: FoundAdapter, options: WebRuntimeOptions): Promise<Runtime> {
  if (found.adapter === null) {
    throw new InputError(`device "webgpu" is not to be had: ${found.reason}; choose wasm or auto`);
  }
  try {
    const gpu = await openDevice(found.adapter);
    // WebGPU's own work is on the graphics processor; threads would only wait.
    const { ort } = await loadOrt("webgpu", 1, options.wasmPaths);
    const description = `webgpu (${found.name}${found.software ? ", software" : ""}, ONNX Runtime ${ort.env.versions.web})`;
    return await probed(
      new OrtRuntime({ ort, gpu, device: { name: "webgpu", description }, lowering: maxPoolWithoutIndices }),
    );
  } catch (error) {
    throw new InputError(
      `device "webgpu" does not work here (${messageOf(error).split("\n")[0]}); choose wasm or auto`,
      { cause: error },
    );
  }
}

/** Computes `1 + 1` before others rely on a runtime. */
async function probed(runtime: OrtRuntime): Promise<Runtime> {
  try {
    const x = input("x", [1]);
    const program = await runtime.compile(buildGraph({ name: "probe", outputs: { y: add(x, 1) } }));
    const { y } = await program.run({ x: { dtype: "float32", shape: [1], data: Float32Array.of(1) } });
    await program.dispose();
    if (y?.data[0] !== 2) throw new InputError(`${runtime.device.name} computes 1 + 1 = ${y?.data[0]}`);
    return runtime;
  } catch (error) {
    await runtime.dispose();
    throw error instanceof InputError
      ? error
      : new InputError(`${runtime.device.name} does not work here: ${messageOf(error).split("\n")[0]}`, {
          cause: error,
        });
  }
}
