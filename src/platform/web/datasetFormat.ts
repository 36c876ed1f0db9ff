import { InputError } from "../../base/index.ts";
import type { ImageDataset } from "../../modality/image/index.ts";

/**
 * A data set as one file that a page can fetch. With gzip around all:
 *
 * - 8 bytes `kindred1`
 * - 4 bytes: the length of the header, unsigned, little-endian
 * - the header, JSON: `name`, `count`, `channels`, `height`, `width`, `classes` (the greatest label and one), `sha256` of
 *   all that follows, hexadecimal
 * - labels, int32 little-endian `[count]`
 * - pixels, bytes `[count, channels, height, width]`
 */
interface Header {
  readonly name: string;
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  readonly sha256: string;
}

const magic = "kindred1";
const prefixBytes = magic.length + 4;

/**
 * The file's bytes.
 *
 * @throws InputError in a page that was not loaded safely, which has no SHA-256.
 */
export async function encodeDataset(dataset: ImageDataset): Promise<Uint8Array<ArrayBuffer>> {
  const { name, count, channels, height, width, labels, pixels } = dataset;
  const body = new Uint8Array(count * 4 + pixels.length);
  const view = new DataView(body.buffer);
  for (const [row, label] of labels.entries()) view.setInt32(4 * row, label, true);
  body.set(pixels, count * 4);
  const classes = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const sha256 = await hexOfHash(body);
  if (sha256 === null) {
    throw new InputError(`${name} cannot be written here, as this page has no SHA-256: load it by https`);
  }
  const header: Header = { name, count, channels, height, width, classes, sha256 };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const prefix = new Uint8Array(prefixBytes);
  prefix.set(new TextEncoder().encode(magic));
  new DataView(prefix.buffer).setUint32(magic.length, text.length, true);
  const packed = new Blob([prefix, text, body]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/**
 * A data set from the file's bytes, with gzip or with that undone already.
 *
 * @param where Names the file in messages.
 * @throws InputError when it is no such file, or is damaged.
 */
export async function decodeDataset(file: Blob, where: string): Promise<ImageDataset> {
  const bytes = await unpacked(file, where);
  const damaged = (what: string): InputError =>
    new InputError(`${where} ${what}: the file is damaged or cut off, make it again and load it anew`);
  const start = new TextDecoder().decode(bytes.subarray(0, magic.length));
  if (start !== magic) {
    throw new InputError(
      `${where} begins with ${JSON.stringify(start)}, expected "${magic}": it is no data set file of Kindred`,
    );
  }
  if (bytes.length < prefixBytes) throw damaged(`ends after ${bytes.length} bytes, within its header`);
  const headerBytes = new DataView(bytes.buffer).getUint32(magic.length, true);
  const bodyStart = prefixBytes + headerBytes;
  if (bodyStart > bytes.length) throw damaged(`ends after ${bytes.length} bytes, within its header`);
  const header = headerOf(bytes.subarray(prefixBytes, bodyStart));
  if (header === null) throw damaged("has no readable header");
  const { name, count, channels, height, width, classes } = header;
  const body = bytes.subarray(bodyStart);
  const each = channels * height * width;
  const expected = count * (4 + each);
  if (body.length !== expected) {
    throw damaged(
      `holds ${body.length} bytes of labels and pixels, expected ${expected} for ${count} pictures of ${each} bytes`,
    );
  }
  const sha256 = await hexOfHash(body);
  if (sha256 !== null && sha256 !== header.sha256) {
    throw damaged(`has the SHA-256 ${sha256}, its header says ${header.sha256}`);
  }
  const view = new DataView(bytes.buffer, bodyStart);
  const labels = Int32Array.from({ length: count }, (_, row) => view.getInt32(4 * row, true));
  const outside = labels.findIndex((label) => label < 0 || label >= classes);
  if (outside >= 0) {
    throw damaged(`has the label ${labels[outside]} at row ${outside}, expected 0 to ${classes - 1}`);
  }
  return { name, count, channels, height, width, labels, pixels: body.slice(count * 4) };
}

async function unpacked(file: Blob, where: string): Promise<Uint8Array<ArrayBuffer>> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (first !== 0x1f || second !== 0x8b) return new Uint8Array(await file.arrayBuffer());
  try {
    const plain = file.stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(plain).arrayBuffer());
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new InputError(
      `${where} cannot be unpacked (${reason}): the file is damaged or cut off, make it again and load it anew`,
      { cause: error },
    );
  }
}

function headerOf(bytes: Uint8Array): Header | null {
  let header: Partial<Record<keyof Header, unknown>>;
  try {
    header = Object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
  const { name, sha256 } = header;
  const extents = ["count", "channels", "height", "width", "classes"] as const;
  const whole = extents.every((key) => Number.isSafeInteger(header[key]) && (header[key] as number) >= 0);
  return whole && typeof name === "string" && typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256)
    ? (header as Header)
    : null;
}

/**
 * SHA-256 in hexadecimal; null where a page was not loaded safely (not by https, nor from this machine), since browsers
 * have no hashes there: gzip's own checksum then stands alone.
 */
async function hexOfHash(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
  const { subtle } = globalThis.crypto as { readonly subtle?: typeof crypto.subtle };
  if (!subtle) return null;
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
