import { InputError } from "../base/index.ts";

/** Arrays that a message may carry. */
export type MessageArray = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** A message of the explorer: what it is and says, and its arrays by name. */
export interface Message {
  readonly head: { readonly type: string };
  readonly arrays: Readonly<Record<string, MessageArray>>;
}

const arrayTypes = {
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
} as const;
type ArrayType = keyof typeof arrayTypes;

interface ArrayPlace {
  readonly name: string;
  readonly type: ArrayType;
  readonly length: number;
}

/** Bytes of a message's length, which come first. */
const lengthBytes = 4;
/** Bytes before the head: its length, and that of all after itself. */
const prefix = 8;
/** Where arrays begin, so that they can be looked at without a copy. */
const alignment = 8;

/**
 * The bytes of a message: two 32-bit lengths (of all that follows the first four bytes, and of the head), the head as
 * JSON, and the arrays as they are, little-endian, each from a multiple of 8 bytes.
 */
export function encodeMessage(message: Message): Uint8Array<ArrayBuffer> {
  const places: ArrayPlace[] = Object.entries(message.arrays).map(([name, array]) => ({
    name,
    type: arrayTypeOf(array),
    length: array.length,
  }));
  const head = new TextEncoder().encode(JSON.stringify({ head: message.head, arrays: places }));
  let size = aligned(prefix + head.length);
  for (const array of Object.values(message.arrays)) size += aligned(array.byteLength);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, size - lengthBytes, true);
  view.setUint32(4, head.length, true);
  bytes.set(head, prefix);
  let at = aligned(prefix + head.length);
  for (const array of Object.values(message.arrays)) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += aligned(array.byteLength);
  }
  return bytes;
}

/** @throws InputError when the bytes are no message. */
export function decodeMessage(bytes: Uint8Array): Message {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headLength = bytes.length < prefix ? Number.POSITIVE_INFINITY : view.getUint32(4, true);
  if (prefix + headLength > bytes.length || view.getUint32(0, true) !== bytes.length - lengthBytes) {
    throw new InputError(`${bytes.length} bytes are no whole message of the explorer`);
  }
  const text = new TextDecoder().decode(bytes.subarray(prefix, prefix + headLength));
  const { head, arrays: places } = headOf(text);
  const arrays: Record<string, MessageArray> = {};
  let at = aligned(prefix + headLength);
  for (const { name, type, length } of places) {
    const size = length * arrayTypes[type].BYTES_PER_ELEMENT;
    if (at + size > bytes.length) {
      throw new InputError(`array ${name} of a message ends after its ${bytes.length} bytes`);
    }
    // A copy, so that the message's buffer can go, and so that it lies where its type wants it; `slice` of Node's Buffer would be none.
    const copy = new Uint8Array(size);
    copy.set(bytes.subarray(at, at + size));
    arrays[name] = new arrayTypes[type](copy.buffer);
    at += aligned(size);
  }
  return { head, arrays };
}

function headOf(text: string): { readonly head: Message["head"]; readonly arrays: readonly ArrayPlace[] } {
  try {
    const { head, arrays } = JSON.parse(text) as { head: Message["head"]; arrays: ArrayPlace[] };
    const whole = ({ name, type, length }: ArrayPlace): boolean =>
      typeof name === "string" &&
      Object.hasOwn(arrayTypes, type) &&
      Number.isSafeInteger(length) &&
      length >= 0;
    if (typeof head.type === "string" && arrays.every(whole)) return { head, arrays };
  } catch {
    // Said below.
  }
  throw new InputError("the head of a message of the explorer is not one, expected its type and its arrays");
}

/** Cuts a stream of bytes, in whatever pieces it comes, into messages. */
export class MessageReader {
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** Bytes of the message under way, or those that its length takes while that is not known. */
  #wanted = lengthBytes;

  /** The messages that these bytes complete. The bytes are kept until then: they must not be changed. */
  push(bytes: Uint8Array): Message[] {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    const messages: Message[] = [];
    // Pieces are joined only when they are enough, so that a long message is copied but once.
    while (this.#length >= this.#wanted) {
      const whole = joined(this.#pieces, this.#length);
      this.#pieces = [whole];
      const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
      this.#wanted = lengthBytes + view.getUint32(0, true);
      if (this.#length < this.#wanted) break;
      messages.push(decodeMessage(whole.subarray(0, this.#wanted)));
      this.#pieces = [whole.subarray(this.#wanted)];
      this.#length -= this.#wanted;
      this.#wanted = lengthBytes;
    }
    return messages;
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function aligned(size: number): number {
  return Math.ceil(size / alignment) * alignment;
}

function arrayTypeOf(array: MessageArray): ArrayType {
  if (array instanceof Float32Array) return "float32";
  if (array instanceof Int32Array) return "int32";
  return array instanceof Uint32Array ? "uint32" : "uint8";
}
