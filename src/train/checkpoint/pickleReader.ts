import { InputError } from "../../base/index.ts";
import { opcode } from "./pickleOpcodes.ts";
import {
  describePickleValue,
  globalName,
  type PickleDict,
  type PickleGlobal,
  type PickleValue,
} from "./pickleValue.ts";
import { dictNames } from "./plainNames.ts";

/** More than any real checkpoint nests; Python's own limit on recursion is 1000. */
const maxMarks = 1000;
/** The longest integer `LONG1` can hold, and the longest read. */
const maxLongBytes = 255;

/**
 * The value in a pickle of protocol 2 to 5, as inert data: nothing is looked up, called or made.
 *
 * `collections.OrderedDict()` and `defaultdict` become dicts, every other call of an allowed name a {@link PickleCall}. Work and
 * memory are bounded by the number of bytes; a value may be shared, or hold itself, so walk it with a limit.
 *
 * @param allowed names such as `torch.FloatStorage` that may occur; any other is refused.
 * @param where the file, and the entry in it, for messages.
 * @throws InputError naming the byte, when the pickle is cut off or malformed, or has an opcode or name beyond
 * tensors and plain values.
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
export function readPickle(bytes: Uint8Array, allowed: ReadonlySet<string>, where: string): PickleValue {
  return new PickleReader(bytes, allowed, where, 0).read();
}

/** A pickle among others in one file. */
export interface PickleRead {
  readonly value: PickleValue;
  /** Where it ends. */
  readonly end: number;
  /** Every reference to something beside it, in the order of the pickle. */
  readonly references: readonly PickleValue[];
}

/** As {@link readPickle}, from a place in the bytes on; what follows the pickle is left. */
export function readPickleAt(
  bytes: Uint8Array,
  start: number,
  allowed: ReadonlySet<string>,
  where: string,
): PickleRead {
  const reader = new PickleReader(bytes, allowed, where, start);
  const value = reader.read();
  return { value, end: reader.position, references: reader.references };
}

class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #allowed: ReadonlySet<string>;
  readonly #where: string;
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack at each open mark. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly references: PickleValue[] = [];
  #position: number;
  /** Where the opcode at work begins, for messages. */
  #start = 0;

  constructor(bytes: Uint8Array, allowed: ReadonlySet<string>, where: string, start: number) {
    this.#position = start;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#allowed = allowed;
    this.#where = where;
  }

  get position(): number {
    return this.#position;
  }

  read(): PickleValue {
    if (this.#uint8() !== opcode.proto) throw this.#error("expected a pickle of protocol 2 to 5");
    const protocol = this.#uint8();
    if (protocol < 2 || protocol > 5) throw this.#error(`pickle protocol ${protocol}, expected 2 to 5`);
    for (;;) {
      this.#start = this.#position;
      const code = this.#uint8();
      if (code === opcode.stop) return this.#pop();
      this.#step(code);
    }
  }

  #step(code: number): void {
    const stack = this.#stack;
    switch (code) {
      case opcode.frame:
        if (this.#uint64() > this.#bytes.length - this.#position) throw this.#error("a frame beyond the end");
        break;
      case opcode.mark:
        if (this.#marks.length >= maxMarks) throw this.#error(`nested deeper than ${maxMarks}`);
        this.#marks.push(stack.length);
        break;
      case opcode.pop:
        this.#pop();
        break;
      case opcode.popMark:
        this.#popMark();
        break;
      case opcode.none:
        stack.push(null);
        break;
      case opcode.newTrue:
        stack.push(true);
        break;
      case opcode.newFalse:
        stack.push(false);
        break;
      case opcode.binInt:
        stack.push(this.#view.getInt32(this.#advance(4), true));
        break;
      case opcode.binInt1:
        stack.push(this.#uint8());
        break;
      case opcode.binInt2:
        stack.push(this.#view.getUint16(this.#advance(2), true));
        break;
      case opcode.long1:
        stack.push(this.#long(this.#uint8()));
        break;
      case opcode.long4:
        stack.push(this.#long(this.#uint32()));
        break;
      case opcode.binFloat:
        stack.push(this.#view.getFloat64(this.#advance(8)));
        break;
      case opcode.shortBinString:
        stack.push(this.#latin1(this.#uint8()));
        break;
      case opcode.binString:
        stack.push(this.#latin1(this.#uint32()));
        break;
      case opcode.shortBinUnicode:
        stack.push(this.#text(this.#uint8()));
        break;
      case opcode.binUnicode:
        stack.push(this.#text(this.#uint32()));
        break;
      case opcode.binUnicode8:
        stack.push(this.#text(this.#uint64()));
        break;
      case opcode.shortBinBytes:
        stack.push(new Uint8Array(this.#take(this.#uint8())));
        break;
      case opcode.binBytes:
        stack.push(new Uint8Array(this.#take(this.#uint32())));
        break;
      case opcode.binBytes8:
      case opcode.byteArray8:
        stack.push(new Uint8Array(this.#take(this.#uint64())));
        break;
      case opcode.emptyTuple:
        stack.push({ kind: "tuple", items: [] });
        break;
      case opcode.tuple1:
      case opcode.tuple2:
      case opcode.tuple3:
        this.#need(code - opcode.tuple1 + 1);
        stack.push({ kind: "tuple", items: stack.splice(stack.length - (code - opcode.tuple1 + 1)) });
        break;
      case opcode.tuple:
        stack.push({ kind: "tuple", items: this.#popMark() });
        break;
      case opcode.emptyList:
        stack.push({ kind: "list", items: [] });
        break;
      case opcode.append: {
        const item = this.#pop();
        this.#append([item]);
        break;
      }
      case opcode.appends:
        this.#append(this.#popMark());
        break;
      case opcode.emptySet:
        stack.push({ kind: "set", items: [] });
        break;
      case opcode.addItems: {
        const items = this.#popMark();
        const set = this.#top();
        if (!isKind(set, "set")) throw this.#error(`items for ${describePickleValue(set)}, expected a set`);
        for (const item of items) set.items.push(item);
        break;
      }
      case opcode.frozenSet:
        stack.push({ kind: "set", items: this.#popMark() });
        break;
      case opcode.emptyDict:
        stack.push({ kind: "dict", ordered: false, entries: new Map() });
        break;
      case opcode.setItem: {
        const value = this.#pop();
        const key = this.#pop();
        this.#setItems([key, value]);
        break;
      }
      case opcode.setItems:
        this.#setItems(this.#popMark());
        break;
      case opcode.binPut:
        this.#memo.set(this.#uint8(), this.#top());
        break;
      case opcode.longBinPut:
        this.#memo.set(this.#uint32(), this.#top());
        break;
      case opcode.memoize:
        this.#memo.set(this.#memo.size, this.#top());
        break;
      case opcode.binGet:
        stack.push(this.#recall(this.#uint8()));
        break;
      case opcode.longBinGet:
        stack.push(this.#recall(this.#uint32()));
        break;
      case opcode.global: {
        const module = this.#line();
        stack.push(this.#admit(module, this.#line()));
        break;
      }
      case opcode.stackGlobal: {
        const attribute = this.#pop();
        const module = this.#pop();
        if (typeof module !== "string" || typeof attribute !== "string") {
          throw this.#error(`a name made of ${describePickleValue(module)}, expected a str`);
        }
        stack.push(this.#admit(module, attribute));
        break;
      }
      case opcode.newObjEx:
        // Arguments by name, of an object that is passed over.
        this.#pop();
        this.#reduce();
        break;
      case opcode.reduce:
      case opcode.newObj:
        this.#reduce();
        break;
      case opcode.build: {
        // State set on an object: on a state dict, PyTorch's `_metadata`, versions of layers, not needed here.
        this.#pop();
        if (isKind(this.#top(), "call")) break;
        const target = this.#topDict();
        if (!target.ordered) throw this.#error("state set on a dict, expected an OrderedDict");
        break;
      }
      case opcode.binPersId: {
        const reference: PickleValue = { kind: "persistent", id: this.#pop() };
        this.references.push(reference);
        stack.push(reference);
        break;
      }
      default:
        throw this.#error(
          `opcode 0x${code.toString(16).padStart(2, "0")} is not read here, expected only tensors, numbers, strings, tuples, lists and dicts`,
        );
    }
  }

  #reduce(): void {
    const args = this.#pop();
    const callable = this.#pop();
    if (!isKind(callable, "global") || !isKind(args, "tuple")) {
      throw this.#error(`a call of ${describePickleValue(callable)} with ${describePickleValue(args)}`);
    }
    const name = globalName(callable);
    if (!dictNames.has(name)) {
      this.#stack.push({ kind: "call", callable, args: args.items });
    } else if (args.items.length === 0 || name === "collections.defaultdict") {
      this.#stack.push({ kind: "dict", ordered: true, entries: new Map() });
    } else throw this.#error(`OrderedDict called with ${args.items.length} arguments, expected none`);
  }

  #admit(module: string, attribute: string): PickleGlobal {
    const global: PickleGlobal = { kind: "global", module, attribute };
    if (!this.#allowed.has(globalName(global))) {
      throw this.#error(
        `names the Python object ${JSON.stringify(globalName(global).slice(0, 200))}; nothing in a checkpoint is executed and only tensors and plain values are read, so save only these: torch.save(model.state_dict(), path)`,
      );
    }
    return global;
  }

  #setItems(items: readonly PickleValue[]): void {
    if (items.length % 2 !== 0) throw this.#error("a dict key without a value");
    // Entries of a dict of another class, which is passed over.
    if (isKind(this.#top(), "call")) return;
    const { entries } = this.#topDict();
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i]!;
      if (isKind(key, "list") || isKind(key, "dict") || key instanceof Uint8Array) {
        throw this.#error(`a dict key is ${describePickleValue(key)}, expected a str or a number`);
      }
      entries.set(key, items[i + 1]!);
    }
  }

  #need(count: number): void {
    if (this.#stack.length - (this.#marks.at(-1) ?? 0) < count)
      throw this.#error("too few values on the stack");
  }

  #top(): PickleValue {
    this.#need(1);
    return this.#stack.at(-1)!;
  }

  #pop(): PickleValue {
    this.#need(1);
    return this.#stack.pop()!;
  }

  #popMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#error("no mark on the stack");
    return this.#stack.splice(mark);
  }

  #append(items: readonly PickleValue[]): void {
    const top = this.#top();
    // Items of a list of another class, which is passed over.
    if (isKind(top, "call")) return;
    if (!isKind(top, "list")) throw this.#error(`an item for ${describePickleValue(top)}, expected a list`);
    for (const item of items) top.items.push(item);
  }

  #topDict(): PickleDict {
    const top = this.#top();
    if (!isKind(top, "dict")) throw this.#error(`an entry for ${describePickleValue(top)}, expected a dict`);
    return top;
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#error(`memo ${index} was never set`);
    return value;
  }

  /** Moves on by `count` bytes and gives where they begin. */
  #advance(count: number): number {
    const from = this.#position;
    if (count > this.#bytes.length - from) {
      throw this.#error(
        `cut off: ${count} bytes wanted at byte ${from}, the pickle ends at ${this.#bytes.length}`,
      );
    }
    this.#position = from + count;
    return from;
  }

  #take(count: number): Uint8Array {
    const from = this.#advance(count);
    return this.#bytes.subarray(from, from + count);
  }

  #uint8(): number {
    return this.#bytes[this.#advance(1)]!;
  }

  #uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** As a double: beyond 2^53 it is rounded, and far beyond any length that could be there. */
  #uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  #long(length: number): number | bigint {
    if (length > maxLongBytes) {
      throw this.#error(`an integer of ${length} bytes, expected at most ${maxLongBytes}`);
    }
    const bytes = this.#take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    value = BigInt.asIntN(8 * length, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  #latin1(length: number): string {
    const bytes = this.#take(length);
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  }

  #text(length: number): string {
    const text = decodeUtf8(this.#take(length));
    if (text === undefined) throw this.#error("a string is not UTF-8");
    return text;
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.#position);
    if (end < 0) throw this.#error("cut off in a name");
    const text = this.#text(end - this.#position);
    this.#position = end + 1;
    return text;
  }

  #error(what: string): InputError {
    return new InputError(`${this.#where}: byte ${this.#start}: ${what}`);
  }
}

type Kinds = Extract<PickleValue, { kind: string }>;

/** Whether a value is of a kind: `isKind(value, "dict")`. */
export function isKind<K extends Kinds["kind"]>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<Kinds, { kind: K }> {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array) && value.kind === kind;
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
