import { crc32 } from "../../base/crc32.ts";
import {
  bytesPerElement,
  type DType,
  formatShape,
  InputError,
  KindredError,
  sizeOf,
  type TensorData,
  tensorData,
} from "../../base/index.ts";
import { bfloat16, half } from "./halves.ts";
import { jsonKeys } from "./jsonKeys.ts";

/** What a safetensors file holds: tensors in the header's order, and its free text. */
export interface SafetensorsFile {
  readonly tensors: Map<string, TensorData>;
  readonly metadata: Record<string, string>;
}

const metadataKey = "__metadata__";
/** Our own entry in the metadata; the format itself has no checksum. */
const checksumKey = "crc32";
const maxHeaderBytes = 100_000_000;

const dtypeNames: Readonly<Record<DType, string>> = {
  float32: "F32",
  int64: "I64",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};

/** How an element type lies in a file, and what it is read as. */
interface StoredType {
  readonly dtype: DType;
  /** Bytes of an element. */
  readonly width: number;
  /** An element where it is read as another type. */
  readonly element?: (view: DataView, at: number) => number;
}

const dtypes: ReadonlyMap<string, StoredType> = new Map([
  ...(Object.keys(dtypeNames) as DType[]).map((dtype): [string, StoredType] => [
    dtypeNames[dtype],
    { dtype, width: bytesPerElement[dtype] },
  ]),
  ["F64", { dtype: "float32", width: 8, element: (view, at) => view.getFloat64(at, true) }],
  ["F16", { dtype: "float32", width: 2, element: (view, at) => half(view.getUint16(at, true)) }],
  ["BF16", { dtype: "float32", width: 2, element: bfloat16 }],
]);

/**
 * The bytes of a safetensors file: `u64 header size | JSON header, padded with spaces to 8 bytes | values`.
 *
 * The widest element types come first, so that every tensor is aligned; otherwise the given order is kept. The metadata
 * begins with one more entry, `crc32`: the checksum of the whole file with these eight digits as zeros.
 *
 * @throws KindredError when values do not fill a shape, a name cannot be written, or metadata has the key `crc32`.
 * @see https://github.com/huggingface/safetensors#format
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  if (Object.hasOwn(metadata, checksumKey)) {
    throw new KindredError(`metadata has the key "${checksumKey}", which is written by safetensors itself`);
  }
  const sorted = [...tensors].sort(([, a], [, b]) => bytesPerElement[b.dtype] - bytesPerElement[a.dtype]);
  const offsets = new Map<string, readonly [begin: number, end: number]>();
  let length = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    if (data.length !== sizeOf(shape)) {
      throw new KindredError(
        `tensor ${JSON.stringify(name)} has ${data.length} values, expected ${sizeOf(shape)} for shape ${formatShape(shape)}`,
      );
    }
    if (name === metadataKey || !name.isWellFormed()) {
      throw new KindredError(`a tensor cannot be named ${JSON.stringify(name)} in a safetensors file`);
    }
    const end = length + data.length * bytesPerElement[dtype];
    offsets.set(name, [length, end]);
    length = end;
  }
  // Written member by member, because an object would move names such as "0" to the front.
  const members = [
    `${JSON.stringify(metadataKey)}:${jsonObject([[checksumKey, "00000000"], ...Object.entries(metadata)])}`,
  ];
  for (const [name, { dtype, shape }] of tensors) {
    const entry = { dtype: dtypeNames[dtype], shape, data_offsets: offsets.get(name) };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const text = new TextEncoder().encode(`{${members.join(",")}}`);
  const headerLength = Math.ceil(text.length / 8) * 8;
  if (headerLength > maxHeaderBytes) {
    throw new KindredError(`a header of ${headerLength} bytes cannot be written, expected at most 100 MB`);
  }
  const bytes = new Uint8Array(8 + headerLength + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8 + text.length, 8 + headerLength);
  bytes.set(text, 8);
  for (const [name, { data }] of tensors) {
    const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    bytes.set(values, 8 + headerLength + offsets.get(name)![0]);
  }
  const digits = crc32(bytes).toString(16).padStart(8, "0");
  bytes.set(new TextEncoder().encode(digits), checksumStart);
  return bytes;
}

/**
 * The tensors and metadata of a safetensors file.
 *
 * A file written here has a checksum, which is verified; from other files, damage within values cannot be seen.
 *
 * @param fileName for messages.
 * @throws InputError in one line, naming the tensor, when the header or an offset breaks the format, the file is cut
 * off or damaged, or an element type is none of F32, F64, F16 and BF16 (all read as float32), I64, I32, U8 and BOOL.
 * @see https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(bytes: Uint8Array, fileName: string): SafetensorsFile {
  const { header, names, values } = readHeader(bytes, fileName);
  const metadata = readMetadata(header[metadataKey], fileName);
  if (metadata[checksumKey] !== undefined && hasChecksum(bytes)) {
    checkChecksum(bytes, metadata[checksumKey], fileName);
    delete metadata[checksumKey];
  }
  const entries = names
    .filter((name) => name !== metadataKey)
    .map((name) => readEntry(name, header[name], `${fileName}: tensor ${JSON.stringify(name)}`));
  checkCoverage(entries, values.length, fileName);
  const tensors = new Map<string, TensorData>();
  for (const { name, type, shape, begin, end } of entries) {
    const { dtype, width, element } = type;
    if (element) {
      const view = new DataView(values.buffer, values.byteOffset + begin, end - begin);
      const floats = Float32Array.from({ length: (end - begin) / width }, (_, i) => element(view, i * width));
      tensors.set(name, tensorData("float32", shape, floats));
      continue;
    }
    // A copy, because a typed array must begin at a multiple of its element size (and Node's Buffer.slice is none).
    const { buffer } = new Uint8Array(values.subarray(begin, end));
    const view = {
      float32: () => new Float32Array(buffer),
      int64: () => new BigInt64Array(buffer),
      int32: () => new Int32Array(buffer),
      uint8: () => new Uint8Array(buffer),
      bool: () => new Uint8Array(buffer).map((byte) => (byte === 0 ? 0 : 1)),
    };
    tensors.set(name, tensorData(dtype, shape, view[dtype]()));
  }
  return { tensors, metadata };
}

const jsonSpace: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

interface Entry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function readHeader(bytes: Uint8Array, fileName: string) {
  if (bytes.length < 8) {
    throw new InputError(`${fileName} has ${bytes.length} bytes, expected a safetensors file of at least 10`);
  }
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (size > maxHeaderBytes) {
    throw new InputError(
      `${fileName}: a header of ${size} bytes, expected at most 100 MB: it is no safetensors file, or damaged`,
    );
  }
  if (8 + size > bytes.length) {
    throw new InputError(
      `${fileName} is cut off: its header ends at byte ${8 + size}, the file has ${bytes.length}`,
    );
  }
  // Some writers put spaces before the header too.
  const start = bytes.subarray(8, 8 + size).find((byte) => !jsonSpace.has(byte));
  if (start !== 0x7b) {
    throw new InputError(
      `${fileName}: the header at byte 8 is no JSON object: it is no safetensors file, or damaged`,
    );
  }
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, 8 + size));
    header = JSON.parse(text);
  } catch (error) {
    // TypeError: no UTF-8; SyntaxError: no JSON; RangeError: nested beyond any use.
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : String(error);
    throw new InputError(`${fileName}: the header is no JSON: ${reason}`, { cause: error });
  }
  const objects = jsonKeys(text);
  for (const { under, keys } of objects) {
    const seen = new Set<string>();
    const repeated = keys.find((key) => seen.size === seen.add(key).size);
    if (repeated !== undefined) {
      const place = under === undefined ? "" : ` under ${JSON.stringify(under)}`;
      throw new InputError(
        `${fileName}: the header has ${JSON.stringify(repeated)} twice${place}, expected once`,
      );
    }
  }
  return {
    header: header as Record<string, unknown>,
    names: objects[0]!.keys,
    values: bytes.subarray(8 + size),
  };
}

function readMetadata(value: unknown, fileName: string): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isObject(value))
    throw new InputError(`${fileName}: ${metadataKey} is ${show(value)}, expected an object`);
  return Object.fromEntries(
    Object.entries(value).map(([key, text]) => {
      if (typeof text === "string") return [key, text];
      throw new InputError(
        `${fileName}: ${metadataKey} has ${show(text)} under ${JSON.stringify(key)}, expected a string`,
      );
    }),
  );
}

function readEntry(name: string, value: unknown, where: string): Entry {
  if (!isObject(value)) {
    throw new InputError(`${where} is ${show(value)}, expected an object of dtype, shape and data_offsets`);
  }
  const { dtype: dtypeName, shape, data_offsets: offsets } = value;
  const type = typeof dtypeName === "string" ? dtypes.get(dtypeName) : undefined;
  if (type === undefined) {
    throw new InputError(
      `${where} has dtype ${show(dtypeName)}, expected one of ${[...dtypes.keys()].join(", ")}: convert it before saving`,
    );
  }
  if (!isCounts(shape))
    throw new InputError(`${where} has shape ${show(shape)}, expected integers of at least 0`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw new InputError(`${where} has data_offsets ${show(offsets)}, expected two integers of at least 0`);
  }
  const [begin, end] = offsets as [number, number];
  // Exact: beyond 2^53 the product may be rounded, but `end` is checked against the file's length.
  const size = sizeOf(shape) * type.width;
  if (end - begin !== size) {
    throw new InputError(
      `${where} of shape ${formatShape(shape)} and dtype ${dtypeName} takes ${size} bytes, its data_offsets [${begin},${end}] span ${end - begin}`,
    );
  }
  return { name, type, shape, begin, end };
}

/** Tensors must follow each other without holes or overlaps and end where the file does. */
function checkCoverage(entries: readonly Entry[], length: number, fileName: string): void {
  let position = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const where = `${fileName}: tensor ${JSON.stringify(name)}`;
    if (begin !== position) {
      throw new InputError(
        `${where} begins at offset ${begin}, expected ${position}, where the one before it ends`,
      );
    }
    if (end > length) {
      throw new InputError(
        `${where} ends at offset ${end}, the file has ${length} bytes of values: it is cut off`,
      );
    }
    position = end;
  }
  if (position !== length) {
    throw new InputError(`${fileName} has ${length} bytes of values, its header describes ${position}`);
  }
}

const checksumPrefix = new TextEncoder().encode(`{"${metadataKey}":{"${checksumKey}":"`);
const checksumStart = 8 + checksumPrefix.length;

/** Whether the checksum stands where {@link writeSafetensors} puts it: another writer may use the same key. */
function hasChecksum(bytes: Uint8Array): boolean {
  return checksumPrefix.every((byte, i) => bytes[8 + i] === byte);
}

function checkChecksum(bytes: Uint8Array, expected: string, fileName: string): void {
  const zeros = new Uint8Array(8).fill(0x30);
  const before = crc32(zeros, crc32(bytes.subarray(0, checksumStart)));
  const actual = crc32(bytes.subarray(checksumStart + 8), before)
    .toString(16)
    .padStart(8, "0");
  if (actual !== expected) {
    throw new InputError(`${fileName} is damaged: its checksum is ${actual}, expected ${show(expected)}`);
  }
}

const jsonObject = (members: readonly (readonly [string, string])[]): string =>
  `{${members.map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`).join(",")}}`;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);

/** A value from the header for a message: text and numbers as they are, shortened; of anything else its kind, as it may be nested deeply. */
function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null)) {
    return `a list of ${value.length}`;
  }
  if (isObject(value)) return "an object";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
