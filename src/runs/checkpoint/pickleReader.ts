import { PickleBytes } from "./pickleBytes.ts";
import { opcode } from "./pickleOpcodes.ts";
import {
  describePickleValue,
  globalName,
  isKind,
  type PickleDict,
  type PickleGlobal,
  type PickleValue,
} from "./pickleValue.ts";
import { dictNames } from "./plainNames.ts";

/** More than any real checkpoint nests; Python's own limit on recursion is 1000. */
const maxMarks = 1000;

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
  return new PickleReader(new PickleBytes(bytes, 0, where), allowed).read();
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
  const from = new PickleBytes(bytes, start, where);
  const reader = new PickleReader(from, allowed);
  const value = reader.read();
  return { value, end: from.position, references: reader.references };
}

class PickleReader {
  readonly #bytes: PickleBytes;
  readonly #allowed: ReadonlySet<string>;
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack at each open mark. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly references: PickleValue[] = [];

  constructor(bytes: PickleBytes, allowed: ReadonlySet<string>) {
    this.#bytes = bytes;
    this.#allowed = allowed;
  }

  read(): PickleValue {
    if (this.#bytes.uint8() !== opcode.proto) throw this.#bytes.error("expected a pickle of protocol 2 to 5");
    const protocol = this.#bytes.uint8();
    if (protocol < 2 || protocol > 5) throw this.#bytes.error(`pickle protocol ${protocol}, expected 2 to 5`);
    for (;;) {
      const code = this.#bytes.opcode();
      if (code === opcode.stop) return this.#pop();
      this.#step(code);
    }
  }

  #step(code: number): void {
    const stack = this.#stack;
    switch (code) {
      case opcode.frame:
        if (this.#bytes.uint64() > this.#bytes.left) throw this.#bytes.error("a frame beyond the end");
        break;
      case opcode.mark:
        if (this.#marks.length >= maxMarks) throw this.#bytes.error(`nested deeper than ${maxMarks}`);
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
        stack.push(this.#bytes.int32());
        break;
      case opcode.binInt1:
        stack.push(this.#bytes.uint8());
        break;
      case opcode.binInt2:
        stack.push(this.#bytes.uint16());
        break;
      case opcode.long1:
        stack.push(this.#bytes.long(this.#bytes.uint8()));
        break;
      case opcode.long4:
        stack.push(this.#bytes.long(this.#bytes.uint32()));
        break;
      case opcode.binFloat:
        stack.push(this.#bytes.float64());
        break;
      case opcode.shortBinString:
        stack.push(this.#bytes.latin1(this.#bytes.uint8()));
        break;
      case opcode.binString:
        stack.push(this.#bytes.latin1(this.#bytes.uint32()));
        break;
      case opcode.shortBinUnicode:
        stack.push(this.#bytes.text(this.#bytes.uint8()));
        break;
      case opcode.binUnicode:
        stack.push(this.#bytes.text(this.#bytes.uint32()));
        break;
      case opcode.binUnicode8:
        stack.push(this.#bytes.text(this.#bytes.uint64()));
        break;
      case opcode.shortBinBytes:
        stack.push(new Uint8Array(this.#bytes.take(this.#bytes.uint8())));
        break;
      case opcode.binBytes:
        stack.push(new Uint8Array(this.#bytes.take(this.#bytes.uint32())));
        break;
      case opcode.binBytes8:
      case opcode.byteArray8:
        stack.push(new Uint8Array(this.#bytes.take(this.#bytes.uint64())));
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
        if (!isKind(set, "set"))
          throw this.#bytes.error(`items for ${describePickleValue(set)}, expected a set`);
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
        this.#memo.set(this.#bytes.uint8(), this.#top());
        break;
      case opcode.longBinPut:
        this.#memo.set(this.#bytes.uint32(), this.#top());
        break;
      case opcode.memoize:
        this.#memo.set(this.#memo.size, this.#top());
        break;
      case opcode.binGet:
        stack.push(this.#recall(this.#bytes.uint8()));
        break;
      case opcode.longBinGet:
        stack.push(this.#recall(this.#bytes.uint32()));
        break;
      case opcode.global: {
        const module = this.#bytes.line();
        stack.push(this.#admit(module, this.#bytes.line()));
        break;
      }
      case opcode.stackGlobal: {
        const attribute = this.#pop();
        const module = this.#pop();
        if (typeof module !== "string" || typeof attribute !== "string") {
          throw this.#bytes.error(`a name made of ${describePickleValue(module)}, expected a str`);
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
        if (!target.ordered) throw this.#bytes.error("state set on a dict, expected an OrderedDict");
        break;
      }
      case opcode.binPersId: {
        const reference: PickleValue = { kind: "persistent", id: this.#pop() };
        this.references.push(reference);
        stack.push(reference);
        break;
      }
      default:
        throw this.#bytes.error(
          `opcode 0x${code.toString(16).padStart(2, "0")} is not read here, expected only tensors, numbers, strings, tuples, lists and dicts`,
        );
    }
  }

  #reduce(): void {
    const args = this.#pop();
    const callable = this.#pop();
    if (!isKind(callable, "global") || !isKind(args, "tuple")) {
      throw this.#bytes.error(`a call of ${describePickleValue(callable)} with ${describePickleValue(args)}`);
    }
    const name = globalName(callable);
    if (!dictNames.has(name)) {
      this.#stack.push({ kind: "call", callable, args: args.items });
    } else if (args.items.length === 0 || name === "collections.defaultdict") {
      this.#stack.push({ kind: "dict", ordered: true, entries: new Map() });
    } else throw this.#bytes.error(`OrderedDict called with ${args.items.length} arguments, expected none`);
  }

  #admit(module: string, attribute: string): PickleGlobal {
    const global: PickleGlobal = { kind: "global", module, attribute };
    if (!this.#allowed.has(globalName(global))) {
      throw this.#bytes.error(
        `names the Python object ${JSON.stringify(globalName(global).slice(0, 200))}; nothing in a checkpoint is executed and only tensors and plain values are read, so save only these: torch.save(model.state_dict(), path)`,
      );
    }
    return global;
  }

  #setItems(items: readonly PickleValue[]): void {
    if (items.length % 2 !== 0) throw this.#bytes.error("a dict key without a value");
    // Entries of a dict of another class, which is passed over.
    if (isKind(this.#top(), "call")) return;
    const { entries } = this.#topDict();
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i]!;
      if (isKind(key, "list") || isKind(key, "dict") || key instanceof Uint8Array) {
        throw this.#bytes.error(`a dict key is ${describePickleValue(key)}, expected a str or a number`);
      }
      entries.set(key, items[i + 1]!);
    }
  }

  #need(count: number): void {
    if (this.#stack.length - (this.#marks.at(-1) ?? 0) < count)
      throw this.#bytes.error("too few values on the stack");
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
    if (mark === undefined) throw this.#bytes.error("no mark on the stack");
    return this.#stack.splice(mark);
  }

  #append(items: readonly PickleValue[]): void {
    const top = this.#top();
    // Items of a list of another class, which is passed over.
    if (isKind(top, "call")) return;
    if (!isKind(top, "list"))
      throw this.#bytes.error(`an item for ${describePickleValue(top)}, expected a list`);
    for (const item of items) top.items.push(item);
  }

  #topDict(): PickleDict {
    const top = this.#top();
    if (!isKind(top, "dict"))
      throw this.#bytes.error(`an entry for ${describePickleValue(top)}, expected a dict`);
    return top;
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#bytes.error(`memo ${index} was never set`);
    return value;
  }
}
