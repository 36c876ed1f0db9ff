import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError, KindredError, type TensorData, tensorData } from "../../base/index.ts";
import { type PickleValue, pickleGlobal, pickleTuple } from "./pickleValue.ts";
import { writePickle } from "./pickleWriter.ts";
import { readPt, writePt } from "./pt.ts";
import { tensorMaps } from "./tensorMaps.fixture.ts";
import { readStoredZip } from "./zipReader.ts";
import { writeStoredZip } from "./zipWriter.ts";

const folder = new URL("../../../test/golden/checkpoint/", import.meta.url);
const golden = (name: string): Uint8Array => readFileSync(new URL(name, folder));

interface Described {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | boolean | string)[];
}
const { files } = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as {
  files: Record<string, Record<string, Described>> &
    Record<"all half" | "all bfloat16", Record<string, number>>;
};

const numbers: Record<string, number> = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity };

/** One line, an InputError, with the file's name. */
function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as Error;
    expect(message).not.toContain("\n");
    expect(message).toContain("x.pt");
    return message;
  }
  throw new Error("the file was read, expected an InputError");
}

describe("readPt", () => {
  it.each([
    "state_dict.pt",
    "protocol_4.pt",
    "protocol_5.pt",
    "layout_2.x.pt",
    "nested.pt",
    "parameters.pt",
    "views.pt",
    "types.pt",
  ])("reads %s as PyTorch does", (name) => {
    const tensors = readPt(golden(name), name);
    const expected = files[name]!;
    expect([...tensors.keys()]).toEqual(Object.keys(expected));
    for (const [key, { dtype, shape, data }] of tensors) {
      const want = expected[key]!;
      expect([key, dtype, shape]).toEqual([key, want.dtype, want.shape]);
      const values = want.values.map((value) =>
        typeof value === "string" ? numbers[value]! : Number(value),
      );
      // Object.is tells -0 from 0, and takes NaN for NaN.
      expect([...data].every((value, i) => Object.is(Number(value), values[i]))).toBe(true);
    }
  });

  it.each([
    ["all half", "HalfStorage"],
    ["all bfloat16", "BFloat16Storage"],
  ] as const)("decodes %s as PyTorch does", (key, storage) => {
    const words = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const bytes = ptOf({ storage, count: 65536, bytes: new Uint8Array(words.buffer), shape: [65536] });
    const values = [...readPt(bytes, "x.pt").get("w")!.data].map(Number);
    const finite = values.map((value) => (Number.isFinite(value) ? value : 0));
    const sum = finite.reduce((total, value) => total + Math.abs(value), 0);
    const weighted = finite.reduce((total, value, i) => total + value * i, 0);
    expect(sum / files[key].sumOfAbsolutes!).toBeCloseTo(1, 12);
    expect(weighted / files[key].weighted!).toBeCloseTo(1, 12);
    expect(values.filter(Number.isNaN)).toHaveLength(key === "all half" ? 2046 : 254);
  });

  it("passes over state beside the tensors, and finds a state dict two keys down", () => {
    const bytes = ptOf({ top: (dict) => entry("model", entry("state_dict", dict)) });
    expect([...readPt(bytes, "x.pt").keys()]).toEqual(["w"]);
  });

  it("refuses a checkpoint that would run a command, by name", () => {
    expect(refusal(() => readPt(golden("os_system.pt"), "x.pt"))).toContain(
      'names the Python object "posix.system"',
    );
  });

  it.each([
    ["before_1.6.pt", "format from before 1.6 (a bare pickle), expected the zip format: save it again with"],
    ["script.pt", "a TorchScript program has compressed entries"],
  ])("refuses %s and says what to do", (name, message) => {
    expect(refusal(() => readPt(golden(name), "x.pt"))).toContain(message);
  });

  it.each([
    ["a shape beyond the storage", { shape: [3, 2] }, "reach element 5 of a torch.FloatStorage of 4"],
    ["an offset beyond it", { offset: 1 }, "and offset 1, which reach element 4"],
    ["strides beyond it", { strides: [4, 1] }, "strides [4,1] and offset 0, which reach element 5"],
    ["a negative stride", { strides: [-1, 1] }, "its strides has -1, expected an integer of at least 0"],
    ["a fractional extent", { shape: [0.5, 2] }, "its shape has 0.5, expected an integer"],
    ["a huge extent", { shape: [2n ** 70n, 2] }, "its shape has 1180591620717411303424"],
    ["too few strides", { strides: [1] }, "shape [2,2] and strides [1], expected as many"],
    ["a storage of another size", { count: 5 }, "torch.FloatStorage of 5 elements, expected 20 bytes"],
    ["a missing storage", { key: "7" }, 'needs the storage "7", which the file does not hold'],
    ["a storage that is none", { storage: "Size" }, "expected one of PyTorch's storages"],
    ["a repeated element", { shape: [1e6, 1e6], strides: [0, 0] }, "so save tensor.contiguous() instead"],
    ["too many axes", { shape: Array(65).fill(1), strides: Array(65).fill(1) }, "has 65 axes"],
    ["a number among tensors", { top: with_("epoch", 3) }, '"epoch" is an int among tensors'],
    ["a name that is no string", { top: with_(3, 3) }, "a tensor's name is an int, expected a str"],
    [
      "no tensors",
      { top: () => entry("epoch", 3) },
      'a dict of "epoch" and no tensors, expected a state dict',
    ],
    ["a tensor alone", { top: firstValue }, "holds one tensor, expected a state dict"],
    ["a list", { top: () => ({ kind: "list", items: [] }) }, "holds a list, expected a state dict"],
  ] satisfies [string, Partial<PtParts>, string][])("refuses %s", (_, parts, message) => {
    expect(refusal(() => readPt(ptOf(parts), "x.pt"))).toContain(message);
  });

  it("refuses a dict that holds itself", () => {
    // }q0 X..state_dict h0 s .
    const key = [0x58, 10, 0, 0, 0, ...new TextEncoder().encode("state_dict")];
    const pickle = Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, ...key, 0x68, 0, 0x73, 0x2e);
    const bytes = writeStoredZip(new Map([["a/data.pkl", pickle]]));
    expect(refusal(() => readPt(bytes, "x.pt"))).toContain('a dict of "state_dict" and no tensors');
  });

  it("names the entry that is damaged", () => {
    const bytes = writePt(new Map([["w", tensorData("float32", [1], [1.5])]]));
    const zip = readStoredZip(bytes, "x.pt");
    zip.get("archive/data/0")![1]! ^= 1;
    expect(refusal(() => readPt(bytes, "x.pt"))).toContain(
      'x.pt: entry "archive/data/0" is damaged: its checksum',
    );
  });

  it("refuses big-endian storages, other files and none", () => {
    const bigEndian = writeStoredZip(
      new Map<string, Uint8Array>([
        ["a/data.pkl", writePickle(null)],
        ["a/byteorder", new TextEncoder().encode("big")],
      ]),
    );
    expect(refusal(() => readPt(bigEndian, "x.pt"))).toContain("big-endian");
    expect(refusal(() => readPt(new Uint8Array(0), "x.pt"))).toContain("is empty");
    expect(refusal(() => readPt(new TextEncoder().encode("label,pixel0"), "x.pt"))).toContain("6c 61 62 65");
    const other = writeStoredZip(new Map([["a/b.txt", Uint8Array.of(1)]]));
    expect(refusal(() => readPt(other, "x.pt"))).toContain('without "a/data.pkl"');
  });
});

describe("damaged files", () => {
  const read = (bytes: Uint8Array): Map<string, TensorData> => readPt(bytes, "x.pt");

  it.each(["state_dict.pt", "nested.pt", "layout_2.x.pt"])("%s cut off anywhere is refused", (name) => {
    const bytes = golden(name);
    for (let length = 0; length < bytes.length; length++) refusal(() => read(bytes.subarray(0, length)));
  });

  it.each(["state_dict.pt", "layout_2.x.pt"])(
    "%s with a bit turned is refused, or gives the same values",
    (name) => {
      const bytes = Uint8Array.from(golden(name));
      const intact = read(bytes);
      let refused = 0;
      for (let at = 0; at < bytes.length; at++) {
        const bit = 1 << (at % 8);
        bytes[at]! ^= bit;
        try {
          expect(read(bytes)).toEqual(intact);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          refused++;
        }
        bytes[at]! ^= bit;
      }
      // What remains is padding, dates and versions: nothing that is read.
      expect(refused).toBeGreaterThan(2000);
    },
  );

  it("a pickle with any bytes changed gives tensors or an InputError", () => {
    const entries = readStoredZip(golden("nested.pt"), "x.pt");
    const [name, pickle] = entries.entries().next().value!;
    const edits = fc.array(fc.tuple(fc.nat(pickle.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(edits, (changes) => {
        const changed = Uint8Array.from(pickle);
        for (const [at, byte] of changes) changed[at] = byte;
        try {
          read(writeStoredZip(new Map([...entries, [name, changed]])));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("any bytes that begin like a zip are refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (rest) => {
        refusal(() => read(Uint8Array.of(0x50, 0x4b, 3, 4, ...rest)));
      }),
    );
  });
});

describe("writePt", () => {
  it("writes what readPt reads, names in their order", () => {
    fc.assert(
      fc.property(tensorMaps, (tensors) => {
        const back = readPt(writePt(tensors), "x.pt");
        expect([...back]).toEqual([...tensors]);
      }),
    );
  });

  it("gives the same bytes each time, storages at multiples of 64", () => {
    const tensors = new Map<string, TensorData>([
      ["w", tensorData("float32", [3], [1, 2, 3])],
      ["n", tensorData("int64", [], [7])],
    ]);
    const bytes = writePt(tensors);
    expect(writePt(tensors)).toEqual(bytes);
    for (const entry of readStoredZip(bytes, "x.pt").values()) expect(entry.byteOffset % 64).toBe(0);
  });

  it("refuses values that do not fill their shape", () => {
    const wrong: TensorData = { dtype: "float32", shape: [2, 2], data: new Float32Array(3) };
    expect(() => writePt(new Map([["w", wrong]]))).toThrow(KindredError);
    expect(() => writePt(new Map([["w", wrong]]))).toThrow(
      'tensor "w" has 3 values, expected 4 for shape [2,2]',
    );
  });
});

interface PtParts {
  readonly storage: string;
  readonly key: string;
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly shape: readonly (number | bigint)[];
  readonly strides: readonly number[];
  readonly top: (stateDict: PickleValue) => PickleValue;
}

/** A checkpoint with one tensor `w`, by default `[2, 2]` in a storage of four floats. */
function ptOf(parts: Partial<PtParts>): Uint8Array {
  const { storage = "FloatStorage", key = "0", count = 4, bytes = new Uint8Array(16), offset = 0 } = parts;
  const { shape = [2, 2], top = (dict) => dict } = parts;
  const { strides = shape.length === 1 ? [1] : [2, 1] } = parts;
  const id = pickleTuple("storage", pickleGlobal("torch", storage), key, "cpu", count);
  const call: PickleValue = {
    kind: "call",
    callable: pickleGlobal("torch._utils", "_rebuild_tensor_v2"),
    args: [{ kind: "persistent", id }, offset, pickleTuple(...shape), pickleTuple(...strides), false, null],
  };
  const pickle = writePickle(top(entry("w", call)));
  return writeStoredZip(
    new Map([
      ["a/data.pkl", pickle],
      ["a/data/0", bytes],
    ]),
  );
}

function entry(key: PickleValue, value: PickleValue): PickleValue {
  return { kind: "dict", ordered: false, entries: new Map([[key, value]]) };
}

/** The same dict with one more entry. */
function with_(key: PickleValue, value: PickleValue): (dict: PickleValue) => PickleValue {
  return (dict) => ({ kind: "dict", ordered: false, entries: new Map([...entriesOf(dict), [key, value]]) });
}

function firstValue(dict: PickleValue): PickleValue {
  return entriesOf(dict).values().next().value ?? null;
}

function entriesOf(dict: PickleValue): Map<PickleValue, PickleValue> {
  if (typeof dict === "object" && dict !== null && "entries" in dict && dict.entries instanceof Map)
    return dict.entries;
  throw new Error("no dict");
}
