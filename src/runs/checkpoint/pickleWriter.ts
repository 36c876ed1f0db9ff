import { KindredError } from "../../base/index.ts";
import { opcode } from "./pickleOpcodes.ts";
import { globalName, type PickleGlobal, type PickleValue, pickleGlobal } from "./pickleValue.ts";

const orderedDict = pickleGlobal("collections", "OrderedDict");

/**
 * The bytes of a value in pickle protocol 2, PyTorch's own, with only opcodes that
 * `torch.load(weights_only=True)` of PyTorch 1.13 knows (which has no `BINFLOAT`: a float needs a later one).
 *
 * Names are memoised; other values are written out each time they occur, so a value must not hold itself.
 *
 * @throws KindredError when a string has a lone surrogate, or bytes are given (protocol 2 has no opcode for them).
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
export function writePickle(value: PickleValue): Uint8Array {
  const writer = new PickleWriter();
  writer.bytes(opcode.proto, 2);
  writer.value(value);
  writer.bytes(opcode.stop);
  return writer.finish();
}

class PickleWriter {
  #buffer = new Uint8Array(1024);
  #length = 0;
  readonly #memo = new Map<string, number>();

  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  bytes(...values: readonly number[]): void {
    this.#append(Uint8Array.from(values));
  }

  value(value: PickleValue): void {
    if (value === null) this.bytes(opcode.none);
    else if (typeof value === "boolean") this.bytes(value ? opcode.newTrue : opcode.newFalse);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "bigint") this.#long(value);
    else if (typeof value === "string") this.#text(value);
    else if (value instanceof Uint8Array) {
      throw new KindredError(`${value.length} bytes cannot be pickled, expected tensors and plain values`);
    } else if (value.kind === "set") {
      throw new KindredError(
        `a set of ${value.items.length} cannot be pickled, expected tensors and plain values`,
      );
    } else if (value.kind === "global") this.#global(value);
    else if (value.kind === "tuple") this.#tuple(value.items);
    else if (value.kind === "call") {
      this.#global(value.callable);
      this.#tuple(value.args);
      this.bytes(opcode.reduce);
    } else if (value.kind === "persistent") {
      this.value(value.id);
      this.bytes(opcode.binPersId);
    } else if (value.kind === "list") {
      this.bytes(opcode.emptyList);
      if (value.items.length === 0) return;
      this.bytes(opcode.mark);
      for (const item of value.items) this.value(item);
      this.bytes(opcode.appends);
    } else {
      if (value.ordered) {
        this.#global(orderedDict);
        this.bytes(opcode.emptyTuple, opcode.reduce);
      } else this.bytes(opcode.emptyDict);
      if (value.entries.size === 0) return;
      this.bytes(opcode.mark);
      for (const [key, item] of value.entries) {
        this.value(key);
        this.value(item);
      }
      this.bytes(opcode.setItems);
    }
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      grown.set(this.#buffer);
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  #uint32(value: number): void {
    this.bytes(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
  }

  #number(value: number): void {
    if (Object.is(value, -0) || !Number.isSafeInteger(value)) {
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, value);
      this.bytes(opcode.binFloat, ...new Uint8Array(view.buffer));
    } else if (value >= 0 && value < 0x100) this.bytes(opcode.binInt1, value);
    else if (value >= 0 && value < 0x10000) this.bytes(opcode.binInt2, value & 255, value >>> 8);
    else if (value === (value | 0)) {
      this.bytes(opcode.binInt);
      this.#uint32(value);
    } else this.#long(BigInt(value));
  }

  /** Little-endian two's complement of as many bytes as the value needs. */
  #long(value: bigint): void {
    let length = 1;
    while (BigInt.asIntN(8 * length, value) !== value) length++;
    if (length > 255) throw new KindredError(`an integer of ${length} bytes cannot be pickled, expected 255`);
    this.bytes(opcode.long1, length);
    for (let i = 0; i < length; i++) this.bytes(Number((value >> BigInt(8 * i)) & 255n));
  }

  #text(text: string): void {
    if (!text.isWellFormed()) {
      throw new KindredError(`${JSON.stringify(text)} cannot be pickled: it has a lone surrogate`);
    }
    const bytes = new TextEncoder().encode(text);
    this.bytes(opcode.binUnicode);
    this.#uint32(bytes.length);
    this.#append(bytes);
  }

  #tuple(items: readonly PickleValue[]): void {
    if (items.length > 3) this.bytes(opcode.mark);
    for (const item of items) this.value(item);
    this.bytes(
      [opcode.emptyTuple, opcode.tuple1, opcode.tuple2, opcode.tuple3][items.length] ?? opcode.tuple,
    );
  }

  #global(global: PickleGlobal): void {
    const name = globalName(global);
    const known = this.#memo.get(name);
    if (known !== undefined) {
      this.bytes(opcode.binGet, known);
      return;
    }
    this.bytes(opcode.global);
    this.#append(new TextEncoder().encode(`${global.module}\n${global.attribute}\n`));
    const index = this.#memo.size;
    if (index > 255) return; // BINPUT has one byte; a name beyond that is written out again.
    this.#memo.set(name, index);
    this.bytes(opcode.binPut, index);
  }
}
