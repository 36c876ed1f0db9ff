import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError, KindredError } from "../../base/index.ts";
import { readPickle } from "./pickleReader.ts";
import { type PickleValue, pickleGlobal, pickleTuple } from "./pickleValue.ts";
import { writePickle } from "./pickleWriter.ts";

const allowed = new Set(["torch.FloatStorage", "torch.Size"]);
const read = (bytes: Uint8Array): PickleValue => readPickle(bytes, allowed, "x.pt: data.pkl");
/** Python's notation: text as ASCII, the rest as numbers. */
const bytesOf = (...parts: readonly (string | number)[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : [part])),
  );

/** Text without lone surrogates, which UTF-8 cannot hold. */
const text = fc.string({ unit: "binary" });
const plain: fc.Arbitrary<PickleValue> = fc.letrec<{ value: PickleValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: false }),
    fc.bigInt().filter((value) => !Number.isSafeInteger(Number(value))),
    text,
    fc.constant(pickleGlobal("torch", "FloatStorage")),
    fc.array(tie("value"), { maxLength: 5 }).map((items) => ({ kind: "tuple" as const, items })),
    fc.array(tie("value"), { maxLength: 5 }).map((items) => ({ kind: "list" as const, items })),
    fc
      .tuple(fc.boolean(), fc.array(fc.tuple(text, tie("value")), { maxLength: 4 }))
      .map(([ordered, entries]) => ({ kind: "dict" as const, ordered, entries: new Map(entries) })),
    tie("value").map((id) => ({ kind: "persistent" as const, id })),
    fc
      .array(tie("value"), { maxLength: 4 })
      .map((args) => ({ kind: "call" as const, callable: pickleGlobal("torch", "Size"), args })),
  ),
})).value;

// collections.OrderedDict must be allowed where dicts are ordered.
const readAny = (bytes: Uint8Array): PickleValue =>
  readPickle(bytes, new Set([...allowed, "collections.OrderedDict"]), "x");

describe("pickle", () => {
  it("reads back what it writes", () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(readAny(writePickle(value))).toEqual(value);
      }),
    );
  });

  it("writes the bytes Python's own pickler writes, memo aside", () => {
    // pickle.dumps((1, -1, 256, 70000, 2**40, "a", None, True, 0.5), 2), with pickletools.optimize
    const value = pickleTuple(1, -1, 256, 70000, 2 ** 40, "a", null, true, 0.5);
    expect(Buffer.from(writePickle(value)).toString("hex")).toBe(
      "8002284b014affffffff4d00014a701101008a060000000000015801000000614e88473fe0000000000000742e",
    );
  });

  it("reads the opcodes of protocols 4 and 5: frames, memoised short strings, names from the stack", () => {
    // s = "shared"; pickle.dumps({"a": [1, 2, s], "b": b"\x01", "c": s}, 4)
    const bytes = Buffer.from(
      "80049528000000000000007d94288c0161945d94284b014b028c0673686172656494658c016294430101948c0163946803752e",
      "hex",
    );
    expect(read(bytes)).toEqual({
      kind: "dict",
      ordered: false,
      entries: new Map<string, PickleValue>([
        ["a", { kind: "list", items: [1, 2, "shared"] }],
        ["b", Uint8Array.of(1)],
        ["c", "shared"],
      ]),
    });
    const named = bytesOf(0x80, 4, 0x8c, 5, "torch", 0x8c, 12, "FloatStorage", 0x93, ".");
    expect(read(named)).toEqual(pickleGlobal("torch", "FloatStorage"));
  });

  it("refuses any name outside the list, by name and place, however it is spelt", () => {
    const refused = (bytes: Uint8Array, name: string, at: number): void => {
      expect(() => read(bytes)).toThrow(InputError);
      expect(() => read(bytes)).toThrow(`x.pt: data.pkl: byte ${at}: names the Python object "${name}"`);
    };
    refused(bytesOf(0x80, 2, "cos\nsystem\n", "(X", 2, 0, 0, 0, "ls", "tR."), "os.system", 2);
    refused(bytesOf(0x80, 4, 0x8c, 2, "os", 0x8c, 6, "system", 0x93, "."), "os.system", 14);
    refused(bytesOf(0x80, 2, "cbuiltins\neval\n."), "builtins.eval", 2);
    refused(bytesOf(0x80, 4, 0x8c, 5, "torch", 0x8c, 8, "hub.load", 0x93, "."), "torch.hub.load", 19);
  });

  it.each([
    [
      "cut off in a string",
      bytesOf(0x80, 2, "X", 100, 0, 0, 0, "abc"),
      "byte 2: cut off: 100 bytes wanted at byte 7",
    ],
    ["cut off before the end", bytesOf(0x80, 2, "K", 1), "byte 4: cut off: 1 bytes wanted"],
    ["a string of 2^63 bytes", bytesOf(0x80, 4, 0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80, "a."), "byte 2: cut off"],
    [
      "an integer of 2^31 bytes",
      bytesOf(0x80, 2, 0x8b, 0, 0, 0, 0x80, "."),
      "an integer of 2147483648 bytes",
    ],
    ["no UTF-8", bytesOf(0x80, 2, "X", 1, 0, 0, 0, 0xff, "."), "a string is not UTF-8"],
    ["a memo never set", bytesOf(0x80, 2, "h", 7, "."), "byte 2: memo 7 was never set"],
    ["a memo of nothing", bytesOf(0x80, 2, "q", 0, "."), "too few values"],
    ["a value below a mark", bytesOf(0x80, 2, "K", 1, "(0."), "byte 5: too few values"],
    ["no mark", bytesOf(0x80, 2, "t."), "no mark"],
    ["an item for a number", bytesOf(0x80, 2, "K", 1, "K", 1, "a."), "an item for an int, expected a list"],
    ["a key without a value", bytesOf(0x80, 2, "}(K", 1, "u."), "a dict key without a value"],
    ["a dict as a key", bytesOf(0x80, 2, "}}K", 1, "s."), "a dict key is a dict"],
    ["marks without end", bytesOf(0x80, 2, "(".repeat(5000)), "nested deeper than 1000"],
    ["an instance by way of a mark", bytesOf(0x80, 2, "(ctorch\nSize\no."), "opcode 0x6f is not read"],
    ["an instance of a number", bytesOf(0x80, 2, "K", 1, ")", 0x81, "."), "a call of an int"],
    ["a call of a string", bytesOf(0x80, 2, "X", 1, 0, 0, 0, "a)R."), "a call of a str"],
    ["state for a dict", bytesOf(0x80, 2, "}}b."), "state set on a dict"],
    [
      "a frame beyond the end",
      bytesOf(0x80, 4, 0x95, 9, 0, 0, 0, 0, 0, 0, 0, "N."),
      "a frame beyond the end",
    ],
    ["protocol 0", bytesOf("I1\n."), "expected a pickle of protocol 2 to 5"],
    ["protocol 6", bytesOf(0x80, 6, "N."), "pickle protocol 6"],
    ["nothing", bytesOf(), "byte 0: cut off"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(InputError);
    expect(() => read(bytes)).toThrow(message);
  });

  it("stays within its memory when values hold each other a thousand times, or themselves", () => {
    // Each tuple holds the one before it twice: 2^200 leaves, if walked.
    const doubled = [...Array(200).keys()].flatMap((i) => ["h", i, "h", i, 0x86, "q", i + 1]);
    expect(read(bytesOf(0x80, 2, "Nq", 0, "0", ...doubled, "."))).toMatchObject({ kind: "tuple" });
    expect(read(bytesOf(0x80, 2, "]q", 0, "h", 0, "a."))).toMatchObject({ kind: "list" });
  });

  it("gives a value or an InputError for any bytes", () => {
    const anyBytes = fc.uint8Array({ maxLength: 200 }).map((rest) => Uint8Array.of(0x80, 4, ...rest));
    const opcodes = "(.01NJKMGUTXCBt)]ae}suqrhjcRbQ\n".split("").map((letter) => letter.charCodeAt(0));
    const likely = fc
      .array(fc.oneof(fc.constantFrom(...opcodes, 0x85, 0x86, 0x87, 0x88, 0x8c, 0x93, 0x94), fc.nat(3)), {
        maxLength: 60,
      })
      .map((rest) => Uint8Array.of(0x80, 2, ...rest));
    fc.assert(
      fc.property(fc.oneof(anyBytes, likely), (bytes) => {
        try {
          readAny(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).not.toContain("\n");
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("does not write what protocol 2 cannot hold", () => {
    expect(() => writePickle("\ud800")).toThrow(KindredError);
    expect(() => writePickle(Uint8Array.of(1))).toThrow("1 bytes cannot be pickled");
  });
});
