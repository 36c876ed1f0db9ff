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

/**
 * `data.pkl` of protocol 2 and 4 of a checkpoint that PyTorch 2.15 saved, with NumPy 2.4 in Python 3.11: `{"best_acc":
 * np.float64(0.5), "array": np.arange(3), "args": argparse.Namespace(lr=0.1, paths=[PurePosixPath("/data")]), "seen": {1, 2},
 * "frozen": frozenset([3]), "counts": defaultdict(int, {"a": 1}), "queue": deque([1, 2]), "when": datetime(2026, 1, 2),
 * "state_dict": {"w": torch.arange(3.)}, "c": Counter("aab"), "z": 1+2j}`.
 */
const neighbours = [
  [
    "80027d7100285808000000626573745f6163637101636e756d70792e5f636f72652e6d756c746961727261790a736361",
    "6c61720a7102636e756d70790a64747970650a71035802000000663871048988877105527106284b0358010000003c71",
    "074e4e4e4affffffff4affffffff4b0074710862635f636f646563730a656e636f64650a710958090000000000000000",
    "00c3a03f710a58060000006c6174696e31710b86710c52710d86710e52710f580500000061727261797110636e756d70",
    "792e5f636f72652e6d756c746961727261790a5f7265636f6e7374727563740a7111636e756d70790a6e646172726179",
    "0a71124b0085711368095801000000627114680b867115527116877117527118284b014b038571196803580200000069",
    "38711a898887711b52711c284b0368074e4e4e4affffffff4affffffff4b0074711d6289680958180000000000000000",
    "00000001000000000000000200000000000000711e680b86711f52712074712162580400000061726773712263617267",
    "70617273650a4e616d6573706163650a7123298171247d71252858020000006c727126473fb999999999999a58050000",
    "00706174687371275d712863706174686c69620a50757265506f736978506174680a712958010000002f712a58040000",
    "0064617461712b86712c52712d61756258040000007365656e712e635f5f6275696c74696e5f5f0a7365740a712f5d71",
    "30284b014b0265857131527132580600000066726f7a656e7133635f5f6275696c74696e5f5f0a66726f7a656e736574",
    "0a71345d71354b03618571365271375806000000636f756e7473713863636f6c6c656374696f6e730a64656661756c74",
    "646963740a7139635f5f6275696c74696e5f5f0a6c6f6e670a713a85713b52713c580100000061713d4b017358050000",
    "007175657565713e63636f6c6c656374696f6e730a64657175650a713f29527140284b014b026558040000007768656e",
    "7141636461746574696d650a6461746574696d650a71426809580b00000007c3aa01020000000000007143680b867144",
    "527145857146527147580a00000073746174655f6469637471487d7149580100000077714a63746f7263682e5f757469",
    "6c730a5f72656275696c645f74656e736f725f76320a714b2828580700000073746f72616765714c63746f7263680a46",
    "6c6f617453746f726167650a714d580100000030714e5803000000637075714f4b03747150514b004b038571514b0185",
    "71528963636f6c6c656374696f6e730a4f726465726564446963740a7153295271547471555271567358010000006371",
    "5763636f6c6c656374696f6e730a436f756e7465720a71587d715928580100000061715a4b0268144b017585715b5271",
    "5c58010000007a715d635f5f6275696c74696e5f5f0a636f6d706c65780a715e473ff000000000000047400000000000",
    "000086715f527160752e",
  ],
  [
    "800495f3020000000000007d94288c08626573745f616363948c166e756d70792e5f636f72652e6d756c746961727261",
    "79948c067363616c61729493948c056e756d7079948c0564747970659493948c02663894898887945294284b038c013c",
    "944e4e4e4affffffff4affffffff4b007494624308000000000000e03f94869452948c0561727261799468028c0c5f72",
    "65636f6e73747275637494939468058c076e6461727261799493944b0085944301629487945294284b014b0385946807",
    "8c02693894898887945294284b03680b4e4e4e4affffffff4affffffff4b007494628943180000000000000000010000",
    "00000000000200000000000000947494628c0461726773948c086172677061727365948c094e616d6573706163659493",
    "942981947d94288c026c7294473fb999999999999a8c057061746873945d948c07706174686c6962948c0d5075726550",
    "6f736978506174689493948c012f948c046461746194869452946175628c047365656e948f94284b014b02908c066672",
    "6f7a656e94284b0391948c06636f756e7473948c0b636f6c6c656374696f6e73948c0b64656661756c74646963749493",
    "948c086275696c74696e73948c03696e74949394859452948c0161944b01738c0571756575659468358c056465717565",
    "949394295294284b014b02658c047768656e948c086461746574696d65948c086461746574696d65949394430a07ea01",
    "0200000000000094859452948c0a73746174655f64696374947d948c0177948c0c746f7263682e5f7574696c73948c12",
    "5f72656275696c645f74656e736f725f763294939428288c0773746f72616765948c05746f726368948c0c466c6f6174",
    "53746f726167659493948c0130948c03637075944b037494514b004b0385944b0185948968358c0b4f72646572656444",
    "69637494939429529474945294738c01639468358c07436f756e7465729493947d94288c0161944b028c0162944b0175",
    "859452948c017a9468388c07636f6d706c6578949394473ff000000000000047400000000000000086945294752e",
  ],
];

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
    "before_1.6.pt",
  ])("reads %s as PyTorch does", (name) => {
    const tensors = readPt(golden(name), name);
    // The same state in the format from before 1.6.
    const expected = files[name === "before_1.6.pt" ? "state_dict.pt" : name]!;
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

  it.each([
    [2, neighbours[0]],
    [4, neighbours[1]],
  ])("passes over plain data beside the tensors, of protocol %i", (_, lines) => {
    const pickle = new Uint8Array(Buffer.from(lines!.join(""), "hex"));
    const values = new Uint8Array(Float32Array.of(0, 1, 2).buffer);
    const bytes = writeStoredZip(
      new Map([
        ["a/data.pkl", pickle],
        ["a/data/0", values],
      ]),
    );
    expect(readPt(bytes, "x.pt")).toEqual(new Map([["w", tensorData("float32", [3], [0, 1, 2])]]));
  });

  it("refuses a file of the old format that is cut off, changed, or of other pickles", () => {
    const whole = golden("before_1.6.pt");
    for (const length of [whole.length - 1, whole.length - 40, 60, 3]) {
      expect(refusal(() => readPt(whole.subarray(0, length), "x.pt"))).toMatch(/cut off/);
    }
    expect(refusal(() => readPt(writePickle(7), "x.pt"))).toContain(
      "is a pickle, but no checkpoint of PyTorch",
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const changed = Uint8Array.from(whole, (old, i) => (i === at ? byte : old));
        try {
          readPt(changed, "x.pt");
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });

  it("refuses a checkpoint that would run a command, by name", () => {
    expect(refusal(() => readPt(golden("os_system.pt"), "x.pt"))).toContain(
      'names the Python object "posix.system"',
    );
  });

  it.each([["script.pt", "a TorchScript program has compressed entries"]])(
    "refuses %s and says what to do",
    (name, message) => {
      expect(refusal(() => readPt(golden(name), "x.pt"))).toContain(message);
    },
  );

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
