import { type Zippable, zipSync } from "fflate";
import { KindredError } from "../../base/index.ts";

/** What PyTorch aligns storages to, so that they can be memory-mapped. */
const alignment = 64;
const localLength = 30;
/** The id of the extra field that PyTorch, too, pads with ("FB"): readers skip ids they do not know. */
const paddingId = 0x4246;

/**
 * A zip archive of stored entries, each beginning at a multiple of 64 bytes; the same entries give the same bytes.
 *
 * @throws KindredError when the archive would need zip64: 3.75 GiB or more, or 65,535 entries.
 */
export function writeStoredZip(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const archive: Zippable = {};
  // Date's local fields are what is written, so this is 1980-01-01, zip's first day, in every time zone.
  const mtime = new Date(1980, 0, 1);
  let offset = 0;
  for (const [name, bytes] of entries) {
    const unpadded = offset + localLength + new TextEncoder().encode(name).length + 4;
    const padding = new Uint8Array((alignment - (unpadded % alignment)) % alignment).fill(0x5a);
    archive[name] = [bytes, { level: 0, mtime, extra: { [paddingId]: padding } }];
    offset = unpadded + padding.length + bytes.length;
  }
  // The directory repeats the padding: at most 46 + 4 + 63 bytes and the name for each entry.
  if (offset > 0xf0000000 || entries.size >= 0xffff) {
    throw new KindredError(
      `an archive of ${offset} bytes in ${entries.size} entries cannot be written, expected less than 3.75 GiB in 65,535`,
    );
  }
  return zipSync(archive);
}
