import {
  type DType,
  InputError,
  KindredError,
  sizeOf,
  stridesOf,
  type TensorData,
} from "../../base/index.ts";
import { type PtContent, readLegacyPt } from "./legacyPt.ts";
import { readPickle } from "./pickleReader.ts";
import {
  describePickleValue,
  isKind,
  type PickleDict,
  type PickleValue,
  pickleGlobal,
  pickleTuple,
} from "./pickleValue.ts";
import { writePickle } from "./pickleWriter.ts";
import { isTorchTensor, readTorchTensor, type TorchArchive, torchGlobals } from "./torchStorage.ts";
import { readStoredZip } from "./zipReader.ts";
import { writeStoredZip } from "./zipWriter.ts";

const storageClass: Readonly<Record<DType, string>> = {
  float32: "FloatStorage",
  int64: "LongStorage",
  int32: "IntStorage",
  uint8: "ByteStorage",
  bool: "BoolStorage",
};

/** The folder inside the archive; PyTorch takes the file's name, or this where it has none. */
const folder = "archive";

/**
 * The bytes of a state dict as `torch.save(state_dict, path)` writes it: an `OrderedDict` of tensors in the
 * given order, which `torch.load(path, weights_only=True)` opens from PyTorch 1.13 on.
 *
 * Storages are little-endian, stored uncompressed and aligned to 64 bytes; the same tensors give the same bytes.
 *
 * @throws KindredError when a tensor's values do not fill its shape, or the file would exceed 3.75 GiB.
 * @see https://pytorch.org/docs/stable/notes/serialization.html
 */
export function writePt(tensors: ReadonlyMap<string, TensorData>): Uint8Array {
  const entries = new Map<PickleValue, PickleValue>();
  const storages: Uint8Array[] = [];
  for (const [name, { dtype, shape, data }] of tensors) {
    if (data.length !== sizeOf(shape)) {
      throw new KindredError(
        `tensor ${JSON.stringify(name)} has ${data.length} values, expected ${sizeOf(shape)} for shape [${shape}]`,
      );
    }
    const id = pickleTuple(
      "storage",
      pickleGlobal("torch", storageClass[dtype]),
      String(storages.length),
      "cpu",
      data.length,
    );
    entries.set(name, {
      kind: "call",
      callable: pickleGlobal("torch._utils", "_rebuild_tensor_v2"),
      args: [
        { kind: "persistent", id },
        0,
        pickleTuple(...shape),
        pickleTuple(...stridesOf(shape)),
        false, // requires_grad
        { kind: "dict", ordered: true, entries: new Map() }, // backward hooks
      ],
    });
    storages.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  return writeStoredZip(
    new Map([
      [`${folder}/data.pkl`, writePickle({ kind: "dict", ordered: true, entries })],
      [`${folder}/byteorder`, text("little")],
      ...storages.map((bytes, i): [string, Uint8Array] => [`${folder}/data/${i}`, bytes]),
      [`${folder}/version`, text("3\n")],
    ]),
  );
}

/**
 * The tensors of a checkpoint that PyTorch saved (`torch.save`, in its zip format or that of before 1.6), by name, without
 * executing anything in it.
 *
 * The file may hold the state dict itself, or a dict that has it under `state_dict`, `model_state_dict`, `model`, `net`,
 * `encoder` or `model_weights`; other entries (epoch, optimizer) are passed over. Values come out row-major; double, half and bfloat16 as
 * float32, int8 and int16 as int32.
 *
 * @param fileName for messages.
 * @throws InputError in one line: what is damaged or foreign, where, and how to save the file so that it can be read.
 */
export function readPt(bytes: Uint8Array, fileName: string): Map<string, TensorData> {
  if (bytes[0] === 0x80) return tensorsOf(readLegacyPt(bytes, fileName), fileName);
  checkIsZip(bytes, fileName);
  const entries = readStoredZip(bytes, fileName);
  // As PyTorch does: the archive's folder is that of its first entry.
  const root = entries.keys().next().value?.split("/")[0] ?? "";
  const pickle = entries.get(`${root}/data.pkl`);
  if (pickle === undefined) {
    throw new InputError(
      `${fileName} is a zip archive without ${JSON.stringify(`${root}/data.pkl`)}, expected a checkpoint written by torch.save`,
    );
  }
  const order = entries.get(`${root}/byteorder`);
  if (order !== undefined && new TextDecoder().decode(order) !== "little") {
    throw new InputError(
      `${fileName} was saved on a big-endian machine, expected little-endian: load and save it with PyTorch on another`,
    );
  }
  const top = readPickle(pickle, torchGlobals, `${fileName}: data.pkl`);
  const archive: TorchArchive = {
    storage: (key) => entries.get(`${root}/data/${key}`),
    // Storages may be shared (tied weights), so more than the file holds, but within reason.
    elementsLeft: 2 ** 24 + 4 * bytes.length,
  };
  return tensorsOf({ top, archive }, fileName);
}

function tensorsOf({ top, archive }: PtContent, fileName: string): Map<string, TensorData> {
  const tensors = new Map<string, TensorData>();
  for (const [name, value] of findStateDict(top, fileName).entries) {
    if (typeof name !== "string") {
      throw new InputError(`${fileName}: a tensor's name is ${describePickleValue(name)}, expected a str`);
    }
    if (!isTorchTensor(value)) {
      throw new InputError(
        `${fileName}: ${JSON.stringify(name)} is ${describePickleValue(value)} among tensors, expected a state dict: torch.save(model.state_dict(), path)`,
      );
    }
    tensors.set(name, readTorchTensor(value, archive, `${fileName}: tensor ${JSON.stringify(name)}`));
  }
  return tensors;
}

const nestedKeys = ["state_dict", "model_state_dict", "model", "net", "encoder", "model_weights"];

/** The dict itself, or the one under a customary key, at most three deep (a pickle may hold itself). */
function findStateDict(top: PickleValue, fileName: string): PickleDict {
  let dict = top;
  for (let depth = 0; depth < 3; depth++) {
    if (!isKind(dict, "dict")) {
      throw new InputError(
        `${fileName} holds ${isTorchTensor(dict) ? "one tensor" : describePickleValue(dict)}, expected a state dict: torch.save(model.state_dict(), path)`,
      );
    }
    const { entries } = dict;
    const key = nestedKeys.find((candidate) => isKind(entries.get(candidate), "dict"));
    if (key === undefined) break;
    dict = entries.get(key)!;
  }
  if (!isKind(dict, "dict")) throw new InputError(`${fileName} holds no state dict`);
  const values = [...dict.entries.values()];
  if (values.length > 0 && !values.some(isTorchTensor)) {
    const keys = [...dict.entries.keys()].slice(0, 5).map((key) => JSON.stringify(String(key)));
    throw new InputError(
      `${fileName} holds a dict of ${keys.join(", ")}${values.length > 5 ? ", …" : ""} and no tensors, expected a state dict, or one under "${nestedKeys.join('", "')}"`,
    );
  }
  return dict;
}

function checkIsZip(bytes: Uint8Array, fileName: string): void {
  if (bytes.length === 0) throw new InputError(`${fileName} is empty, expected a checkpoint of PyTorch`);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return;
  const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new InputError(
    `${fileName} begins with bytes ${start}, which is no checkpoint of PyTorch, expected a zip archive (50 4b) written by torch.save`,
  );
}
