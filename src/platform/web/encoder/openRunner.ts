import { InputError, type TensorData } from "../../../base/index.ts";
import { type EncoderOptions, embeddingOutput, type ModelRunner } from "../../../encoder/index.ts";
import { loadedThreads, loadOrt, type OrtBuild } from "../ortBuild.ts";
import { messageOf } from "../ortRuntime.ts";
import { WorkQueue } from "../workQueue.ts";

/** @throws InputError for a device that no browser has; default `auto`. */
export function requireDevice(device: string = "auto"): OrtBuild {
  if (device === "webgpu") return "webgpu";
  if (device === "auto" || device === "wasm") return "wasm";
  throw new InputError(`"${device}" is no device of a browser, choose one of auto, wasm, webgpu`);
}

/** An ONNX model from its inputs to `embedding`, on the calling thread. */
export async function openRunner(
  onnx: Uint8Array,
  name: string,
  { device, threads, wasmPaths }: EncoderOptions,
): Promise<ModelRunner> {
  const build = requireDevice(device);
  const { ort } = await loadOrt(build, threads ?? (await loadedThreads(build)) ?? 1, wasmPaths);
  const providers = build === "webgpu" ? ["webgpu", "wasm"] : ["wasm"];
  const session = await ort.InferenceSession.create(onnx, { executionProviders: providers }).catch(
    (error: unknown) => {
      throw new InputError(`${name}: ONNX Runtime does not take it (${messageOf(error).split("\n")[0]})`, {
        cause: error,
      });
    },
  );
  const queue = new WorkQueue();
  return {
    run: (feeds) =>
      queue.add(async () => {
        const tensors = Object.entries(feeds).map(([input, { dtype, data, shape }]) => {
          return [input, new ort.Tensor(dtype, data, [...shape])] as const;
        });
        const { [embeddingOutput]: output } = await session.run(Object.fromEntries(tensors), [
          embeddingOutput,
        ]);
        const data = (await output!.getData()) as Float32Array;
        return { [embeddingOutput]: { dtype: "float32", shape: output!.dims, data } satisfies TensorData };
      }),
    async dispose() {
      await queue.close("this encoder was disposed");
      await session.release();
    },
  };
}
