import { InputError, type TensorData } from "../../../base/index.ts";
import {
  type EncoderOptions,
  embeddingOutput,
  type ModelPorts,
  modelPorts,
  type OpenedModel,
} from "../../../encoder/index.ts";
import { loadedThreads, loadOrt, type OrtBuild } from "../ortBuild.ts";
import { messageOf } from "../ortRuntime.ts";
import { WorkQueue } from "../workQueue.ts";
import { fetched, placeOf } from "./fetched.ts";
import { readPicture } from "./readPicture.ts";

interface Found {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly name: string;
  readonly ports: ModelPorts;
}

/** What `Encoder.load` opens in a browser, see there; it computes on the calling thread. */
export async function openEncoder(
  source: string | URL | Uint8Array | ArrayBuffer,
  { checkpoint, device = "auto", threads, wasmPaths }: EncoderOptions,
): Promise<OpenedModel> {
  if (checkpoint !== undefined) {
    throw new InputError("an exported encoder is one model and has no checkpoints: leave checkpoint out");
  }
  if (device !== "auto" && device !== "wasm" && device !== "webgpu") {
    throw new InputError(`"${device}" is no device of a browser, choose one of auto, wasm, webgpu`);
  }
  const { onnx, name, ports } = await find(source);
  const build: OrtBuild = device === "webgpu" ? "webgpu" : "wasm";
  const { ort } = await loadOrt(build, threads ?? (await loadedThreads(build)) ?? 1, wasmPaths);
  const providers = device === "webgpu" ? ["webgpu", "wasm"] : ["wasm"];
  const session = await ort.InferenceSession.create(onnx, { executionProviders: providers }).catch(
    (error: unknown) => {
      throw new InputError(`${name}: ONNX Runtime does not take it (${messageOf(error).split("\n")[0]})`, {
        cause: error,
      });
    },
  );
  const queue = new WorkQueue();
  const { preprocessing } = ports.description;
  return {
    ports,
    read: (picture, pictureName) => readPicture(picture, pictureName, preprocessing),
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
