import { closeSync, fstatSync, openSync } from "node:fs";
import { readFileOrExplain } from "../../files/files.ts";

/** Memory protection and flags of POSIX' mmap, the same on Linux and macOS. */
const readAndWrite = 0x1 | 0x2;
const mapPrivate = 0x2;
/** Not to set memory aside for pages that might be written; its number differs. */
const noReserve: Partial<Record<NodeJS.Platform, number>> = { linux: 0x4000, darwin: 0x40 };

/** A way to map files, or why there is none. */
type Mapper = (path: string) => Uint8Array<ArrayBuffer>;

/**
 * A file's bytes, mapped into memory: the system reads what is looked at, and gives the memory back when it is short of it,
 * so that a file may be larger than the memory. The array is an ordinary one; writing to it changes the copy in memory only.
 *
 * Without koffi, or without mmap (Windows), the file is read whole instead: the same bytes, but they have to fit.
 *
 * The file must not be made shorter while it is in use, which would end the process: replace it by renaming another.
 *
 * @throws InputError when it cannot be read.
 */
export async function mapFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const map = await mapper();
  if (map) {
    try {
      return map(path);
    } catch {
      // A file system that cannot be mapped, or a limit on mappings: what follows says so if it cannot be read either.
    }
  }
  return readFileOrExplain(path);
}

let loaded: Promise<Mapper | null> | undefined;

function mapper(): Promise<Mapper | null> {
  loaded ??= loadMapper();
  return loaded;
}

async function loadMapper(): Promise<Mapper | null> {
  const flags = noReserve[process.platform];
  if (flags === undefined) return null;
  try {
    const { default: koffi } = await import("koffi");
    // The C library that this process has loaded already, whatever it is called.
    const library = koffi.load(null);
    const mmap = library.func("void *mmap(void *, size_t, int, int, int, int64_t)");
    const munmap = library.func("int munmap(void *, size_t)");
    const failed = BigInt.asUintN(64, -1n);
    const unmapped = new FinalizationRegistry(({ address, length }: { address: unknown; length: number }) =>
      munmap(address, length),
    );
    return (path) => {
      const descriptor = openSync(path, "r");
      try {
        const length = fstatSync(descriptor).size;
        // Nothing cannot be mapped.
        if (length === 0) return new Uint8Array(0);
        const address = mmap(null, length, readAndWrite, mapPrivate | flags, descriptor, 0);
        if (koffi.address(address) === failed) throw new Error(`mmap of ${path} failed`);
        const buffer = koffi.view(address, length);
        unmapped.register(buffer, { address, length });
        return new Uint8Array(buffer);
      } finally {
        closeSync(descriptor);
      }
    };
  } catch {
    // No build of koffi for this platform, or it was left out at install.
    return null;
  }
}
