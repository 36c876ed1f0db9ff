import { encoderSession } from "kindred/web";
import { ortFiles } from "./ortFiles.ts";

/** An encoder that is ready to embed pictures in this page. */
export interface PictureEncoder {
  /** The embedding, `[dim]`, of a picture's bytes `[channels, height, width]`. */
  embed(pixels: Uint8Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens an encoder with ONNX Runtime Web, and runs it once, so that the first picture does not wait for what is prepared
 * then. This file is loaded when it is first needed, and with it only what it names of `kindred/web`.
 *
 * @param model ONNX, see `Backend.encoder`
 * @throws InputError when it is no encoder.
 */
export async function openEncoder(model: Uint8Array<ArrayBuffer>): Promise<PictureEncoder> {
  const session = await encoderSession(model, { wasmPaths: ortFiles });
  const [channels, height, width] = session.picture;
  await session.embed(new Float32Array(channels * height * width));
  return {
    embed: (pixels) => session.embed(Float32Array.from(pixels, (byte) => byte / 127.5 - 1)),
    close: () => session.dispose(),
  };
}
