import { crc32 } from "../../base/crc32.ts";
import { InputError } from "../../base/index.ts";

const endLength = 22;
const centralLength = 46;
const localLength = 30;
const maxComment = 0xffff;

interface CentralEntry {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly size: number;
  readonly storedSize: number;
  readonly localOffset: number;
}

/**
 * The entries of a zip archive by name, in the directory's order, each a view of `bytes` with its CRC-32 checked.
 *
 * Only stored entries are read, the only ones PyTorch writes, so an archive never unpacks to more than itself.
 * Libraries for zip skip the checksums, which are what tells a damaged checkpoint from a good one.
 *
 * @throws InputError naming the entry when anything is cut off, inconsistent, damaged, compressed or encrypted.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function readStoredZip(bytes: Uint8Array, fileName: string): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = new Map<string, Uint8Array>();
  let total = 0;
  for (const entry of readDirectory(bytes, view, fileName)) {
    const where = `${fileName}: entry ${JSON.stringify(entry.name)}`;
    if (entries.has(entry.name)) throw new InputError(`${where} is there twice: the file is damaged`);
    if (entry.flags & 1)
      throw new InputError(`${where} is encrypted, expected a file as torch.save writes it`);
    if (entry.method !== 0 || entry.size !== entry.storedSize) {
      throw new InputError(
        `${where} is compressed (method ${entry.method}, ${entry.storedSize} bytes for ${entry.size}), expected it stored as it is, as torch.save writes it (a TorchScript program has compressed entries: save its state_dict() instead)`,
      );
    }
    total += entry.size;
    if (total > bytes.length) throw new InputError(`${where} overlaps another: the file is damaged`);
    const data = readEntry(bytes, view, entry, where);
    const actual = crc32(data);
    if (actual !== entry.crc) {
      throw new InputError(
        `${where} is damaged: its checksum is ${hex(actual)}, expected ${hex(entry.crc)}${entry.crc === 0 ? " (or it was saved without checksums: save it again with torch.serialization.set_crc32_options(True))" : "; copy or download the file again"}`,
      );
    }
    entries.set(entry.name, data);
  }
  return entries;
}

/** The entry's bytes, found through its local header, which must carry the same name. */
function readEntry(bytes: Uint8Array, view: DataView, entry: CentralEntry, where: string): Uint8Array {
  const at = entry.localOffset;
  if (at + localLength > bytes.length || view.getUint32(at, true) !== 0x04034b50) {
    throw new InputError(`${where} has no header at byte ${at}: the file is damaged or cut off`);
  }
  const nameEnd = at + localLength + view.getUint16(at + 26, true);
  const start = nameEnd + view.getUint16(at + 28, true);
  const name = bytes.subarray(at + localLength, nameEnd);
  if (name.length !== entry.nameBytes.length || name.some((byte, i) => byte !== entry.nameBytes[i])) {
    throw new InputError(`${where} has another name in its header at byte ${at}: the file is damaged`);
  }
  if (start + entry.size > bytes.length) {
    throw new InputError(
      `${where} is cut off: it takes bytes ${start} to ${start + entry.size}, the file has ${bytes.length}`,
    );
  }
  return bytes.subarray(start, start + entry.size);
}

function readDirectory(bytes: Uint8Array, view: DataView, fileName: string): CentralEntry[] {
  const { count, size, offset } = findDirectory(bytes, view, fileName);
  const entries: CentralEntry[] = [];
  let at = offset;
  const end = offset + size;
  for (let i = 0; i < count; i++) {
    const damaged = `${fileName}: the zip directory is damaged at byte ${at}, entry ${i + 1} of ${count}`;
    if (at + centralLength > end || view.getUint32(at, true) !== 0x02014b50) throw new InputError(damaged);
    const nameEnd = at + centralLength + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > end) throw new InputError(damaged);
    const nameBytes = bytes.subarray(at + centralLength, nameEnd);
    const wide = wideFields(view, nameEnd, extraEnd);
    // The extra field for large files holds, in this order, only those values that did not fit.
    const field = (position: number): number => {
      const value = view.getUint32(position, true);
      return value === 0xffffffff ? (wide.shift() ?? Number.NaN) : value;
    };
    const entry: CentralEntry = {
      name: new TextDecoder("utf-8", { ignoreBOM: true }).decode(nameBytes),
      nameBytes,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      size: field(at + 24),
      storedSize: field(at + 20),
      localOffset: field(at + 42),
    };
    if (![entry.size, entry.storedSize, entry.localOffset].every(Number.isSafeInteger)) {
      throw new InputError(damaged);
    }
    entries.push(entry);
    at = next;
  }
  if (at !== end) throw new InputError(`${fileName}: the zip directory has bytes left over at byte ${at}`);
  return entries;
}

/** The 64-bit values of the zip64 extra field (id 1) among the extra fields from `at` to `end`. */
function wideFields(view: DataView, at: number, end: number): number[] {
  for (let field = at; field + 4 <= end; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    const fieldEnd = Math.min(end, field + 4 + view.getUint16(field + 2, true));
    const values: number[] = [];
    for (let i = field + 4; i + 8 <= fieldEnd; i += 8) values.push(Number(view.getBigUint64(i, true)));
    return values;
  }
  return [];
}

/** Reads the end record, which a comment of up to 64 KiB may follow; the zip64 one where the file is too large. */
function findDirectory(bytes: Uint8Array, view: DataView, fileName: string) {
  const lowest = Math.max(0, bytes.length - endLength - maxComment);
  for (let at = bytes.length - endLength; at >= lowest; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    if (at + endLength + view.getUint16(at + 20, true) !== bytes.length) continue;
    let count = view.getUint16(at + 10, true);
    let size = view.getUint32(at + 12, true);
    let offset = view.getUint32(at + 16, true);
    if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff) {
      const wide = at >= 20 ? Number(view.getBigUint64(at - 12, true)) : Number.NaN;
      if (!(wide + 56 <= at) || view.getUint32(wide, true) !== 0x06064b50) {
        throw new InputError(`${fileName}: the zip64 end record is damaged`);
      }
      count = Number(view.getBigUint64(wide + 32, true));
      size = Number(view.getBigUint64(wide + 40, true));
      offset = Number(view.getBigUint64(wide + 48, true));
    }
    if (offset + size > at) {
      throw new InputError(
        `${fileName}: the zip directory takes bytes ${offset} to ${offset + size}, expected to end before byte ${at}: the file is damaged`,
      );
    }
    return { count, size, offset };
  }
  throw new InputError(
    `${fileName}: the zip archive has no directory at its end (${bytes.length} bytes): the file is cut off or damaged`,
  );
}

const hex = (word: number): string => word.toString(16).padStart(8, "0");
