import { type EncoderOptions, LoadedEncoder } from "../../../encoder/index.ts";

/**
 * A trained encoder: pictures to vectors, in which like things lie near each other.
 *
 * ```ts
 * const encoder = await Encoder.load("runs/shoes");
 * const [a, b] = await encoder.embed(["one.jpg", "other.jpg"]);
 * console.log(encoder.similarity(a, b));
 * await encoder.dispose();
 * ```
 *
 * The same in Node and in browsers. Nothing native is loaded before {@link Encoder.load} is called.
 */
export class Encoder extends LoadedEncoder {
  /**
   * Opens an encoder.
   *
   * @param source In Node: the folder of a run or its `model`, a file of `kindred export --format onnx` or a folder with it
   *   as `encoder.onnx`, or such a file's bytes. In a browser: the URL of such a file or folder, or bytes.
   * @throws InputError when there is no encoder, it is damaged, or a device asked for is not there.
   */
  static async load(
    source: string | URL | Uint8Array | ArrayBuffer,
    options: EncoderOptions = {},
  ): Promise<Encoder> {
    const { openEncoder } = await import("./openEncoder.ts");
    return new Encoder(await openEncoder(source, options));
  }
}
