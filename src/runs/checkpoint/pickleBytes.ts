import { InputError } from "../../base/index.ts";

/** The longest integer `LONG1` can hold, and the longest read. */
const maxLongBytes = 255;

/** The bytes of a pickle, read one after another: numbers and texts as its opcodes have them. */
export class PickleBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #where: string;
  #position: number;
  /** Where the opcode at work begins, for messages. */
  #start = 0;

  /**
   * @param start where the pickle begins in them
   * @param where the file, and the entry in it, for messages
   */
  constructor(bytes: Uint8Array, start: number, where: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#where = where;
    this.#position = start;
  }

  get position(): number {
    return this.#position;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#position;
  }

  /** The next opcode, whose place an error names from then on. */
  opcode(): number {
    this.#start = this.#position;
    return this.uint8();
  }

  /** Moves on by `count` bytes and gives where they begin. */
  #advance(count: number): number {
    const from = this.#position;
    if (count > this.#bytes.length - from) {
      throw this.error(
        `cut off: ${count} bytes wanted at byte ${from}, the pickle ends at ${this.#bytes.length}`,
      );
    }
    this.#position = from + count;
    return from;
  }

  take(count: number): Uint8Array {
    const from = this.#advance(count);
    return this.#bytes.subarray(from, from + count);
  }

  uint8(): number {
    return this.#bytes[this.#advance(1)]!;
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#advance(8));
  }

  /** As a double: beyond 2^53 it is rounded, and far beyond any length that could be there. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  long(length: number): number | bigint {
    if (length > maxLongBytes) {
      throw this.error(`an integer of ${length} bytes, expected at most ${maxLongBytes}`);
    }
    const bytes = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    value = BigInt.asIntN(8 * length, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  latin1(length: number): string {
    const bytes = this.take(length);
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  }

  text(length: number): string {
    const text = decodeUtf8(this.take(length));
    if (text === undefined) throw this.error("a string is not UTF-8");
    return text;
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.#position);
    if (end < 0) throw this.error("cut off in a name");
    const text = this.text(end - this.#position);
    this.#position = end + 1;
    return text;
  }

  /** An error that names the byte where the opcode at work begins. */
  error(what: string): InputError {
    return new InputError(`${this.#where}: byte ${this.#start}: ${what}`);
  }
}

/** The text, or `undefined` where the bytes are no UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
