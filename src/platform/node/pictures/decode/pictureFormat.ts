/** What a file is, by its content. */
export interface PictureFormat {
  /** As people call it: `PNG`. */
  readonly name: string;
  /** Whether pictures of it are read. */
  readonly read: boolean;
}

/** Bytes from a file's beginning that {@link pictureFormat} looks at: an SVG may begin with comments. */
export const signatureBytes = 4096;

/** What messages list as read. */
export const readFormats = "PNG, JPEG, WebP, GIF, TIFF, AVIF, SVG, BMP or PNM (PGM, PPM, PBM)";

const read = (name: string): PictureFormat => ({ name, read: true });
const unread = (name: string): PictureFormat => ({ name, read: false });

/** Formats that begin with the same bytes in every file; `.` stands for any byte. */
const signatures: readonly (readonly [signature: string, PictureFormat])[] = [
  ["\x89PNG\r\n\x1a\n", read("PNG")],
  ["\xff\xd8\xff", read("JPEG")],
  ["GIF87a", read("GIF")],
  ["GIF89a", read("GIF")],
  ["RIFF....WEBP", read("WebP")],
  ["II*\0", read("TIFF")],
  ["MM\0*", read("TIFF")],
  ["II+\0", read("TIFF")],
  ["MM\0+", read("TIFF")],
  ["8BPS", unread("Photoshop (PSD)")],
  ["\0\0\x01\0", unread("an icon (ICO)")],
  ["\0\0\0\x0cJXL ", unread("JPEG XL")],
  ["\xff\x0a", unread("JPEG XL")],
  ["\0\0\0\x0cjP  ", unread("JPEG 2000")],
  ["\xff\x4f\xff\x51", unread("JPEG 2000")],
  ["v/1\x01", unread("OpenEXR")],
  ["#?RADIANCE", unread("Radiance HDR")],
  ["SIMPLE  =", unread("FITS")],
  ["P7\n", unread("PAM")],
];

/** Brands of the container that AVIF and HEIC share, by the name of what is in it. */
const brands: readonly (readonly [brand: RegExp, PictureFormat])[] = [
  [/^avi[fs]/, read("AVIF")],
  [/^(hei[cmsx]|hev[cmsx])/, unread("HEIC")],
];

/**
 * The format of a picture by its first bytes, whatever its name says; null where they are no picture's.
 *
 * @param bytes at least {@link signatureBytes} of the file, or all of it
 */
export function pictureFormat(bytes: Uint8Array): PictureFormat | null {
  const text = latin1(bytes.subarray(0, signatureBytes));
  const known = signatures.find(([signature]) => beginsWith(text, signature));
  if (known) return known[1];
  if (text.slice(4, 8) === "ftyp") return formatOfBrands(text, bytes);
  if (text.slice(128, 132) === "DICM") return unread("DICOM");
  if (isBmp(bytes)) return read("BMP");
  if (/^P[1-6]\s(\s*#[^\n\r]*[\n\r])*\s*\d+\s/.test(text)) return read("PNM");
  return isSvg(text) ? read("SVG") : null;
}

/**
 * Why a file that is no picture to read is none, to follow its name: what it is instead, where that can be told.
 *
 * @param bytes as of {@link pictureFormat}
 */
export function noPictureReason(
  bytes: Uint8Array,
  format: PictureFormat | null = pictureFormat(bytes),
): string {
  if (bytes.length === 0) return "is an empty file, no picture";
  if (format) return `is ${format.name}, which is not read: save it as JPEG or PNG`;
  const text = latin1(bytes.subarray(0, signatureBytes));
  if (text.startsWith("version https://git-lfs")) {
    return "is a pointer of Git LFS, no picture: fetch the picture with git lfs pull";
  }
  if (/^\s*(<!doctype html|<html)/i.test(text)) return "is a web page (HTML), no picture: download it again";
  return `is no picture that can be read, expected ${readFormats}`;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

function beginsWith(text: string, signature: string): boolean {
  for (const [i, letter] of [...signature].entries()) {
    if (letter !== "." && text[i] !== letter) return false;
  }
  return true;
}

/** The container names its main brand first, and then those that it is compatible with. */
function formatOfBrands(text: string, bytes: Uint8Array): PictureFormat | null {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  const named = [text.slice(8, 12), ...(text.slice(16, Math.min(length, 256)).match(/.{4}/gs) ?? [])];
  for (const brand of named) {
    const known = brands.find(([pattern]) => pattern.test(brand));
    if (known) return known[1];
  }
  return /^(mif1|msf1)/.test(named[0]!) ? unread("HEIF") : null;
}

/** Two letters alone begin many a text: the lengths of both headers have to fit too. */
function isBmp(bytes: Uint8Array): boolean {
  if (bytes.length < 26 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [12, 40, 52, 56, 64, 108, 124].includes(view.getUint32(14, true));
}

function isSvg(text: string): boolean {
  return /^(\xef\xbb\xbf)?\s*(<\?xml|<!--|<!doctype svg|<svg)/i.test(text) && /<svg[\s>:]/i.test(text);
}
