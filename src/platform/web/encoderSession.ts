import { InputError } from "../../base/index.ts";
import { loadedThreads, loadOrt, type WasmPaths } from "./ortBuild.ts";
import { messageOf } from "./ortRuntime.ts";
import { WorkQueue } from "./workQueue.ts";

/** An exported encoder, ready to embed a picture or a few at once. */
export interface EncoderSession {
  /** `[channels, height, width]` of a picture. */
  readonly picture: readonly [channels: number, height: number, width: number];
  /**
   * Embeddings `[n, dim]` of pictures `[n, channels, height, width]`, values from -1 to 1 (`byte / 127.5 - 1`).
   *
   * @throws InputError when the values are no whole number of pictures.
   */
  embed(images: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * Opens an encoder that was exported as ONNX (input `images`, output `embedding`), on one thread of WebAssembly: light
 * enough for a page's main thread.
 *
 * @throws InputError when the bytes are no such encoder.
 */
export async function encoderSession(
  onnx: Uint8Array,
  options: { readonly wasmPaths?: WasmPaths } = {},
): Promise<EncoderSession> {
  const { ort } = await loadOrt("wasm", (await loadedThreads("wasm")) ?? 1, options.wasmPaths);
  const refused = (why: string): InputError =>
    new InputError(`the encoder of ${onnx.length} bytes cannot be opened: ${why}`);
  const session = await ort.InferenceSession.create(onnx, { executionProviders: ["wasm"] }).catch(
    (error: unknown) => {
      throw refused(messageOf(error).split("\n")[0]!);
    },
  );
  const input = session.inputMetadata.find(({ name }) => name === "images");
  const picture = input?.isTensor ? input.shape.slice(1) : [];
  const [channels, height, width] = picture.filter((extent) => typeof extent === "number");
  if (channels === undefined || height === undefined || width === undefined) {
    await session.release();
    throw refused(
      'it has no input "images" of [batch, channels, height, width], was it exported by Kindred?',
    );
  }
  const each = channels * height * width;
  const queue = new WorkQueue();
  return {
    picture: [channels, height, width],
    async embed(images) {
      const count = images.length / each;
      if (!Number.isInteger(count) || count === 0) {
        throw new InputError(
          `${images.length} values are no pictures of ${channels} x ${height} x ${width}, expected a multiple of ${each}`,
        );
      }
      const own = images.slice();
      return queue.add(async () => {
        const feeds = { images: new ort.Tensor("float32", own, [count, channels, height, width]) };
        const { embedding } = await session.run(feeds, ["embedding"]);
        return embedding!.data as Float32Array;
      });
    },
    async dispose() {
      await queue.close("this encoder was disposed");
      await session.release();
    },
  };
}
