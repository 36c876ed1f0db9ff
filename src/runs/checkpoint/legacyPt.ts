import { InputError } from "../../base/index.ts";
import { readPickleAt } from "./pickleReader.ts";
import type { PickleValue } from "./pickleValue.ts";
import { isKind } from "./pickleValue.ts";
import { storageExtent, type TorchArchive, torchGlobals } from "./torchStorage.ts";

/** A checkpoint of PyTorch, before its tensors are looked for. */
export interface PtContent {
  readonly top: PickleValue;
  readonly archive: TorchArchive;
}

/** `torch.serialization.MAGIC_NUMBER`, the first pickle of a file. */
const magic = 0x1950a86a20f9469cfc6cn;

/**
 * A checkpoint in PyTorch's format from before 1.6 (or of `_use_new_zipfile_serialization=False`), which is five pickles (a
 * number, the protocol, the machine, the object, the keys of its storages), then each storage: its length, its values.
 *
 * @throws InputError in one line when it is cut off, of another machine, or some other pickle.
 * @see https://github.com/pytorch/pytorch/blob/main/torch/serialization.py, `_legacy_save`
 */
export function readLegacyPt(bytes: Uint8Array, fileName: string): PtContent {
  let end = 0;
  const next = (what: string) => {
    const read = readPickleAt(bytes, end, torchGlobals, `${fileName}: ${what}`);
    end = read.end;
    return read;
  };
  if (next("its first pickle").value !== magic) {
    throw new InputError(
      `${fileName} is a pickle, but no checkpoint of PyTorch, expected one that torch.save wrote: torch.save(model.state_dict(), path)`,
    );
  }
  next("the version");
  const machine = next("the machine").value;
  if (!isKind(machine, "dict") || machine.entries.get("little_endian") !== true) {
    throw new InputError(
      `${fileName} was saved on a big-endian machine, expected little-endian: load and save it with PyTorch on another`,
    );
  }
  const { value: top, references } = next("the object");
  const keys = next("the keys of the storages").value;
  if (!isKind(keys, "list"))
    throw new InputError(`${fileName}: its storages have no list of keys: it is damaged`);
  const lengths = new Map(
    references.flatMap((reference) => {
      const extent = storageExtent(reference);
      return extent ? [[extent.key, extent.length] as const] : [];
    }),
  );
  const storages = new Map<string, Uint8Array>();
  for (const key of keys.items) {
    const length = typeof key === "string" ? lengths.get(key) : undefined;
    if (typeof key !== "string" || length === undefined) {
      throw new InputError(`${fileName}: a storage is of no tensor of the file: it is damaged`);
    }
    // Eight bytes hold how many elements follow, which the pickle says too.
    const begin = end + 8;
    end = begin + length;
    if (end > bytes.length) {
      throw new InputError(
        `${fileName} is cut off: the storage ${JSON.stringify(key)} ends at byte ${end}, the file has ${bytes.length}`,
      );
    }
    storages.set(key, bytes.subarray(begin, end));
  }
  return { top, archive: { storage: (key) => storages.get(key), elementsLeft: 2 ** 24 + 4 * bytes.length } };
}
