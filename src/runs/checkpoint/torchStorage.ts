import { allocate, type DType, formatShape, InputError, sizeOf, type TensorData } from "../../base/index.ts";
import { bfloat16, half } from "./halves.ts";
import { describePickleValue, globalName, isKind, type PickleCall, type PickleValue } from "./pickleValue.ts";
import { dictNames, plainNames } from "./plainNames.ts";

/** How a storage class of PyTorch lies in a file, and what it is read as. */
interface StorageType {
  readonly dtype: DType;
  /** Bytes an element takes in the file. */
  readonly width: number;
  readonly element: (view: DataView, at: number) => number | bigint;
}

const storageTypes: Readonly<Record<string, StorageType>> = {
  "torch.FloatStorage": { dtype: "float32", width: 4, element: (view, at) => view.getFloat32(at, true) },
  "torch.DoubleStorage": { dtype: "float32", width: 8, element: (view, at) => view.getFloat64(at, true) },
  "torch.HalfStorage": { dtype: "float32", width: 2, element: (view, at) => half(view.getUint16(at, true)) },
  "torch.BFloat16Storage": { dtype: "float32", width: 2, element: bfloat16 },
  "torch.LongStorage": { dtype: "int64", width: 8, element: (view, at) => view.getBigInt64(at, true) },
  "torch.IntStorage": { dtype: "int32", width: 4, element: (view, at) => view.getInt32(at, true) },
  "torch.ShortStorage": { dtype: "int32", width: 2, element: (view, at) => view.getInt16(at, true) },
  "torch.CharStorage": { dtype: "int32", width: 1, element: (view, at) => view.getInt8(at) },
  "torch.ByteStorage": { dtype: "uint8", width: 1, element: (view, at) => view.getUint8(at) },
  "torch.BoolStorage": { dtype: "bool", width: 1, element: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
};

/** PyTorch's own limit, which bounds the work for each element. */
const maxRank = 64;
const rebuildTensor = "torch._utils._rebuild_tensor_v2";
const rebuildParameter = ["torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state"];
const plainDtypes = "float16 bfloat16 float32 float64 int8 int16 int32 int64 uint8 bool".split(" ");

/** The names that may occur in a checkpoint: all else is refused. None is ever called. */
export const torchGlobals: ReadonlySet<string> = new Set([
  ...dictNames,
  ...plainNames,
  "torch.Size",
  "torch.device",
  rebuildTensor,
  ...rebuildParameter,
  ...Object.keys(storageTypes),
  ...plainDtypes.map((name) => `torch.${name}`),
]);

/** Whether a value in a pickle stands for a tensor or a parameter. */
export function isTorchTensor(value: PickleValue | undefined): value is PickleCall {
  if (!isKind(value, "call")) return false;
  const name = globalName(value.callable);
  return name === rebuildTensor || rebuildParameter.includes(name);
}

/** Where storages are found, and how many elements may still be read. */
export interface TorchArchive {
  /** The bytes of the storage of this key. */
  readonly storage: (key: string) => Uint8Array | undefined;
  /** Lowered by each tensor: a view may repeat elements (stride 0), so a small file could ask for all memory. */
  elementsLeft: number;
}

/**
 * The values of a tensor that a pickle describes, row-major whatever its strides: double, half and bfloat16 as
 * float32, int8 and int16 as int32.
 *
 * @param where the file and the tensor's name, for messages.
 * @throws InputError when the description is not PyTorch's, or lies outside its storage.
 */
export function readTorchTensor(call: PickleCall, archive: TorchArchive, where: string): TensorData {
  if (globalName(call.callable) !== rebuildTensor) {
    const inner = call.args[0];
    // One level only: PyTorch never wraps a parameter in a parameter.
    if (isTorchTensor(inner) && globalName(inner.callable) === rebuildTensor) {
      return readTorchTensor(inner, archive, where);
    }
    throw new InputError(
      `${where} is a parameter of ${describePickleValue(inner ?? null)}, expected a tensor`,
    );
  }
  const [storage, offset, size, stride] = call.args;
  const { type, typeName, bytes, count } = readStorage(storage ?? null, archive, where);
  const shape = readExtents(size ?? null, `${where}: its shape`);
  const strides = readExtents(stride ?? null, `${where}: its strides`);
  const start = readExtent(offset ?? null, `${where}: its storage offset`);
  if (strides.length !== shape.length) {
    throw new InputError(
      `${where} has shape ${formatShape(shape)} and strides ${formatShape(strides)}, expected as many of each`,
    );
  }
  if (shape.length > maxRank) {
    throw new InputError(`${where} has ${shape.length} axes, expected at most ${maxRank}, as in PyTorch`);
  }
  const elements = shape.includes(0) ? 0 : sizeOf(shape);
  const last = shape.reduce((sum, extent, axis) => sum + (extent - 1) * strides[axis]!, start);
  if (elements > 0 && last >= count) {
    throw new InputError(
      `${where} has shape ${formatShape(shape)}, strides ${formatShape(strides)} and offset ${start}, which reach element ${last} of a ${typeName} of ${count}`,
    );
  }
  if (elements > archive.elementsLeft) {
    throw new InputError(
      `${where} has shape ${formatShape(shape)}, far more elements than the file holds: it repeats them (strides ${formatShape(strides)}), so save tensor.contiguous() instead`,
    );
  }
  archive.elementsLeft -= elements;
  return { dtype: type.dtype, shape, data: gather(type, bytes, shape, strides, start, elements) };
}

function gather(
  type: StorageType,
  bytes: Uint8Array,
  shape: readonly number[],
  strides: readonly number[],
  start: number,
  elements: number,
): TensorData["data"] {
  const data = allocate(type.dtype, elements);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const index = new Array<number>(shape.length).fill(0);
  let at = start;
  for (let i = 0; i < elements; i++) {
    data[i] = type.element(view, at * type.width);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      at += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      at -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return data;
}

/** The key of the storage that a reference of a pickle is to, and its bytes; null for a reference to anything else. */
export function storageExtent(
  reference: PickleValue,
): { readonly key: string; readonly length: number } | null {
  const id = isKind(reference, "persistent") ? reference.id : null;
  const [tag, storageClass, key, , count] = isKind(id, "tuple") ? id.items : [];
  const typeName = isKind(storageClass, "global") ? globalName(storageClass) : "";
  const type = Object.hasOwn(storageTypes, typeName) ? storageTypes[typeName] : undefined;
  if (tag !== "storage" || !type || typeof key !== "string" || typeof count !== "number") return null;
  return { key, length: count * type.width };
}

/** A persistent id `("storage", torch.FloatStorage, key, device, elements)` and the bytes it stands for. */
function readStorage(value: PickleValue, archive: TorchArchive, where: string) {
  const id = isKind(value, "persistent") ? value.id : null;
  const [tag, storageClass, key, , numel, view] = isKind(id, "tuple") ? id.items : [];
  const typeName = isKind(storageClass, "global") ? globalName(storageClass) : "";
  const type = Object.hasOwn(storageTypes, typeName) ? storageTypes[typeName] : undefined;
  // The last, of the format from before 1.6, is a part of another storage.
  if (tag !== "storage" || type === undefined || typeof key !== "string" || isKind(view, "tuple")) {
    throw new InputError(
      `${where} is made from ${describePickleValue(value)}, expected one of PyTorch's storages`,
    );
  }
  const count = readExtent(numel ?? null, `${where}: the size of its storage`);
  const bytes = archive.storage(key);
  if (bytes === undefined) {
    throw new InputError(`${where} needs the storage ${JSON.stringify(key)}, which the file does not hold`);
  }
  if (bytes.length !== count * type.width) {
    throw new InputError(
      `${where} needs a ${typeName} of ${count} elements, expected ${count * type.width} bytes, storage ${JSON.stringify(key)} has ${bytes.length}`,
    );
  }
  return { type, typeName, bytes, count };
}

function readExtents(value: PickleValue, what: string): number[] {
  // torch.Size is itself pickled as a call with the tuple.
  const inner =
    isKind(value, "call") && globalName(value.callable) === "torch.Size" ? (value.args[0] ?? null) : value;
  if (!isKind(inner, "tuple"))
    throw new InputError(`${what} is ${describePickleValue(value)}, expected a tuple`);
  return inner.items.map((item) => readExtent(item, what));
}

function readExtent(value: PickleValue, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  const received =
    typeof value === "number" || typeof value === "bigint" ? `${value}` : describePickleValue(value);
  throw new InputError(`${what} has ${received}, expected an integer of at least 0`);
}
