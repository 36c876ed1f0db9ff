import { InputError } from "../../../../base/index.ts";
import { pictureHeader } from "../../../../modality/image/fit/pictureHeader.ts";
import { createCanvas, decodeImage } from "../../figures/canvas.ts";
import type { RawPixels } from "./pnm.ts";

/**
 * The pixels of a BMP file.
 *
 * @throws InputError when it is damaged or cut off; the message begins with `is`.
 */
export async function decodeBmp(bytes: Uint8Array): Promise<RawPixels> {
  if (isCutOff(bytes)) throw new InputError("is damaged or cut off: it ends before its last row");
  const image = await decodeImage(bytes, "BMP").catch((cause: unknown) => {
    throw new InputError("is damaged or cut off: its pixels cannot be decoded", { cause });
  });
  const { width, height } = image;
  const context = (await createCanvas(width, height)).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { data: new Uint8Array(data.buffer), width, height, channels: 4 };
}

/** Whether rows are missing, which the canvas makes up; of compressed files that shows in decoding. */
function isCutOff(bytes: Uint8Array): boolean {
  const header = pictureHeader(bytes);
  if (!header || bytes.length < 34) return true;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, headerBytes] = [view.getUint32(10, true), view.getUint32(14, true)];
  // The oldest header has no field for it.
  const [bits, compression] =
    headerBytes === 12 ? [view.getUint16(24, true), 0] : [view.getUint16(28, true), view.getUint32(30, true)];
  const compressed = compression !== 0 && compression !== 3 && compression !== 6;
  const rowBytes = Math.ceil((header.width * bits) / 32) * 4;
  return start > bytes.length || (!compressed && start + rowBytes * header.height > bytes.length);
}
