import { type EncoderOptions, LoadedEncoder } from "../../../encoder/index.ts";

/** A trained encoder, as `kindred` gives it in a browser; its description is with the one for Node. */
export class Encoder extends LoadedEncoder {
  /**
   * Opens an encoder.
   *
   * @param source URL of a file of `kindred export --format onnx`, or of a folder with it as `encoder.onnx`; or its bytes
   * @throws InputError when there is no encoder, it is damaged, or a device asked for is not to be had.
   */
  static async load(
    source: string | URL | Uint8Array | ArrayBuffer,
    options: EncoderOptions = {},
  ): Promise<Encoder> {
    const { openEncoder } = await import("./openEncoder.ts");
    return new Encoder(await openEncoder(source, options));
  }
}
