/** What a picture file's first bytes say, and those of a GIF's frames. */
export interface PictureHeader {
  readonly format: "PNG" | "JPEG" | "WebP" | "GIF" | "BMP";
  readonly width: number;
  readonly height: number;
}

/**
 * Format and size of a picture from its bytes alone, without decoding it: names and declared types can say anything,
 * and a small file can claim to be a picture that fills the memory.
 *
 * @returns null when the bytes are no PNG, JPEG, WebP, GIF or BMP, or end before the size.
 * @see https://www.w3.org/TR/png-3/#11IHDR, https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.2.2),
 * https://developers.google.com/speed/webp/docs/riff_container, https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 */
export function pictureHeader(bytes: Uint8Array): PictureHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number, length: number): string =>
    String.fromCharCode(...bytes.subarray(at, at + length));
  if (bytes.length < 26) return null;
  if (text(0, 8) === "\x89PNG\r\n\x1a\n" && text(12, 4) === "IHDR") {
    return { format: "PNG", width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (text(0, 6) === "GIF87a" || text(0, 6) === "GIF89a") {
    return gif(view);
  }
  if (text(0, 2) === "BM") {
    // A negative height has the rows from the top.
    return {
      format: "BMP",
      width: Math.abs(view.getInt32(18, true)),
      height: Math.abs(view.getInt32(22, true)),
    };
  }
  if (text(0, 4) === "RIFF" && text(8, 4) === "WEBP") return webp(view, text(12, 4));
  return bytes[0] === 0xff && bytes[1] === 0xd8 ? jpeg(view) : null;
}

/**
 * A frame may be larger than the screen that it is shown on, and it is what takes the memory: so each frame's edges count
 * too. Frames are found block by block, up to the first that is none or is cut off.
 */
function gif(view: DataView): PictureHeader {
  let [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  const tableBytes = (flags: number): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + tableBytes(view.getUint8(10));
  while (at < view.byteLength) {
    const block = view.getUint8(at);
    if (block === 0x21) at += 2;
    else if (block === 0x2c && at + 10 <= view.byteLength) {
      width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
      height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
      // Behind the table of colours is the size of a code.
      at += 11 + tableBytes(view.getUint8(at + 9));
    } else break;
    // Data comes in parts of up to 255 bytes, the last of which is empty.
    while (at < view.byteLength && view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
    at++;
  }
  return { format: "GIF", width, height };
}

function webp(view: DataView, chunk: string): PictureHeader | null {
  const format = "WebP";
  if (view.byteLength < 30) return null;
  if (chunk === "VP8 ") {
    const [width, height] = [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    return { format, width, height };
  }
  if (chunk === "VP8L") {
    const bits = view.getUint32(21, true);
    return { format, width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  const three = (at: number): number => view.getUint16(at, true) + (view.getUint8(at + 2) << 16) + 1;
  return chunk === "VP8X" ? { format, width: three(24), height: three(27) } : null;
}

/** The size is in the frame header, which is searched for from segment to segment. */
function jpeg(view: DataView): PictureHeader | null {
  for (let at = 2; at + 9 <= view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    // Any number of 0xff may stand before a marker; some markers have no length.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else if (isFrame(marker)) {
      return { format: "JPEG", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    } else at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** SOF0 to SOF15; between them are the tables DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
