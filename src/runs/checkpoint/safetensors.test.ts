import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError, KindredError, type TensorData, tensorData } from "../../base/index.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";
import { tensorMaps } from "./tensorMaps.fixture.ts";

const read = (bytes: Uint8Array) => readSafetensors(bytes, "x.safetensors");

/** A file with this header and so many bytes of values. */
function file(header: string, valueBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + valueBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

function refusal(bytes: Uint8Array): string {
  try {
    read(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as Error;
    expect(message).not.toContain("\n");
    expect(message).toContain("x.safetensors");
    return message;
  }
  throw new Error("the file was read, expected an InputError");
}

describe("safetensors", () => {
  it("reads a file laid out by hand from the specification", () => {
    const header =
      '{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[3,11]},"0":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},' +
      '"__metadata__":{"format":"pt"},"n":{"dtype":"I64","shape":[],"data_offsets":[11,19]}}   ';
    const bytes = file(header, 19);
    const at = bytes.length - 19;
    const view = new DataView(bytes.buffer);
    bytes.set([7, 8, 9], at);
    view.setFloat32(at + 3, 1.5, true);
    view.setFloat32(at + 7, -2, true);
    view.setBigInt64(at + 11, -5n, true);
    const { tensors, metadata } = read(bytes);
    expect([...tensors]).toEqual([
      ["a", tensorData("float32", [1, 2], [1.5, -2])],
      ["0", tensorData("uint8", [3], [7, 8, 9])],
      ["n", tensorData("int64", [], [-5])],
    ]);
    expect(metadata).toEqual({ format: "pt" });
  });

  it("writes values in the order of their width and pads the header to 8 bytes", () => {
    const bytes = writeSafetensors(
      new Map<string, TensorData>([
        ["u", tensorData("uint8", [3], [1, 2, 3])],
        ["n", tensorData("int64", [1], [4])],
      ]),
      { step: "12" },
    );
    const size = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(size % 8).toBe(0);
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + size));
    expect(header.replace(/[0-9a-f]{8}/, "########").trimEnd()).toBe(
      '{"__metadata__":{"crc32":"########","step":"12"},"u":{"dtype":"U8","shape":[3],"data_offsets":[8,11]},"n":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}',
    );
    expect([...bytes.subarray(8 + size)]).toEqual([4, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]);
  });

  it("reads back what it writes, also from a slice of a larger buffer", () => {
    const metadata = fc.dictionary(
      fc.string({ unit: "binary" }).filter((key) => key !== "crc32"),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(tensorMaps, metadata, (tensors, text) => {
        const bytes = writeSafetensors(tensors, text);
        expect(writeSafetensors(tensors, text)).toEqual(bytes);
        // Node's Buffer, at an odd place: its slice() shares memory.
        const shifted = Buffer.concat([Buffer.of(0), bytes]).subarray(1);
        const back = read(shifted);
        shifted.fill(0);
        expect([...back.tensors]).toEqual([...tensors]);
        expect(Object.entries(back.metadata)).toEqual(Object.entries(text));
      }),
    );
  });

  it.each([
    ["a hole", { a: [0, 4], b: [8, 12] }, 12, 'tensor "b" begins at offset 8, expected 4'],
    ["an overlap", { a: [0, 4], b: [2, 6] }, 6, 'tensor "b" begins at offset 2, expected 4'],
    [
      "values cut off",
      { a: [0, 4], b: [4, 8] },
      7,
      'tensor "b" ends at offset 8, the file has 7 bytes of values',
    ],
    ["values left over", { a: [0, 4] }, 6, "has 6 bytes of values, its header describes 4"],
    ["offsets of another size", { a: [0, 8] }, 8, 'tensor "a" of shape [1] and dtype F32 takes 4 bytes'],
    ["offsets the wrong way", { a: [4, 0] }, 4, 'tensor "a" of shape [1] and dtype F32 takes 4 bytes'],
  ] satisfies [string, Record<string, number[]>, number, string][])(
    "refuses %s",
    (_, offsets, length, message) => {
      const header = Object.fromEntries(
        Object.entries(offsets).map(([name, data_offsets]) => [
          name,
          { dtype: "F32", shape: [1], data_offsets },
        ]),
      );
      expect(refusal(file(JSON.stringify(header), length))).toContain(message);
    },
  );

  const one = (entry: string): Uint8Array => file(`{"w":${entry}}`, 4);
  const again = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  it.each([
    [
      "a type it does not know",
      one('{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}'),
      'tensor "w" has dtype "F8_E4M3", expected one of F32, I64, I32, U8, BOOL, F64, F16, BF16',
    ],
    ["no type", one('{"shape":[1],"data_offsets":[0,4]}'), 'tensor "w" has dtype nothing'],
    [
      "a negative extent",
      one('{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}'),
      'tensor "w" has shape [-1]',
    ],
    ["a fractional extent", one('{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}'), "has shape [1.5]"],
    [
      "extents without end",
      one('{"dtype":"F32","shape":[9e15,9e15],"data_offsets":[0,4]}'),
      'tensor "w" of shape',
    ],
    ["three offsets", one('{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}'), "has data_offsets [0,4,8]"],
    [
      "huge offsets",
      one('{"dtype":"F32","shape":[1],"data_offsets":[1e300,4]}'),
      "has data_offsets [1e+300,4]",
    ],
    ["a tensor that is a number", one("3"), 'tensor "w" is 3, expected an object'],
    [
      "a tensor twice",
      file(`{"w":${again},"\\u0077":${again}}`, 4),
      'the header has "w" twice, expected once',
    ],
    [
      "a key twice",
      one('{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}'),
      '"shape" twice under "w"',
    ],
    ["metadata twice", file('{"__metadata__":{},"__metadata__":{}}'), '"__metadata__" twice'],
    [
      "metadata of numbers",
      file('{"__metadata__":{"step":3}}'),
      '__metadata__ has 3 under "step", expected a string',
    ],
    ["metadata that is none", file('{"__metadata__":[]}'), "__metadata__ is [], expected an object"],
    ["a list", file("[]"), "the header at byte 8 is no JSON object"],
    [
      "a header nested deeply",
      one(`{"dtype":"F32","shape":${"[".repeat(5000)}${"]".repeat(5000)},"data_offsets":[0,4]}`),
      "has shape a list of 1, expected",
    ],
    [
      "a tensor nested deeply",
      one(`${"[".repeat(5000)}${"]".repeat(5000)}`),
      'tensor "w" is a list of 1, expected',
    ],
    ["no JSON", file('{"a":'), "the header is no JSON"],
    ["no UTF-8", Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff), "the header is no JSON"],
    ["a header beyond the end", file("{}").subarray(0, 9), "its header ends at byte 10, the file has 9"],
    ["a header of 2^63 bytes", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128), "expected at most 100 MB"],
    ["nothing", new Uint8Array(0), "has 0 bytes"],
  ])("refuses %s", (_, bytes, message) => {
    expect(refusal(bytes)).toContain(message);
  });

  it("reads halves and doubles as float32, spaces before the header, and no metadata", () => {
    const values = new Uint8Array(16);
    const view = new DataView(values.buffer);
    view.setFloat64(0, 0.1, true);
    view.setUint16(8, 0x3c00, true); // 1 in half
    view.setUint16(10, 0xfc00, true); // -Infinity
    view.setUint16(12, 0x3f80, true); // 1 in bfloat16
    view.setUint16(14, 0xc040, true); // -3
    const header =
      ' \n{"__metadata__":null,"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"h":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[12,16]}}';
    const bytes = file(header, 16);
    bytes.set(values, bytes.length - 16);
    const { tensors, metadata } = read(bytes);
    expect(metadata).toEqual({});
    expect([...tensors].map(([name, { dtype, data }]) => [name, dtype, ...Array.from(data, Number)])).toEqual(
      [
        ["d", "float32", Math.fround(0.1)],
        ["h", "float32", 1, -Infinity],
        ["b", "float32", 1, -3],
      ],
    );
  });

  it("refuses its own files cut off anywhere or with any bit turned", () => {
    const tensors = new Map<string, TensorData>([
      ["w", tensorData("float32", [2, 3], [1, 2, 3, 4, 5, 6])],
      ["n", tensorData("int64", [], [7])],
    ]);
    const bytes = writeSafetensors(tensors, { epoch: "3" });
    for (let length = 0; length < bytes.length; length++) refusal(bytes.subarray(0, length));
    const intact = read(bytes);
    for (let at = 0; at < bytes.length * 8; at++) {
      bytes[at >> 3]! ^= 1 << (at & 7);
      // Only the checksum's own key can be damaged unseen: then it is one more entry of metadata.
      const keyDamaged = at >> 3 >= 8 && at >> 3 < 32;
      if (!keyDamaged) refusal(bytes);
      else {
        try {
          const { tensors: same, metadata } = read(bytes);
          expect([...same]).toEqual([...intact.tensors]);
          expect(metadata).toMatchObject(intact.metadata);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }
      bytes[at >> 3]! ^= 1 << (at & 7);
    }
  });

  it("leaves another writer's crc32 alone", () => {
    expect(read(file('{"__metadata__":{"by":"x","crc32":"1"}}')).metadata).toEqual({ by: "x", crc32: "1" });
  });

  it("gives tensors or an InputError for any header", () => {
    const entry = fc.record(
      {
        dtype: fc.constantFrom("F32", "I64", "U8", "F16", 3),
        shape: fc.oneof(fc.array(fc.integer({ min: -1, max: 9 })), fc.anything()),
        data_offsets: fc.oneof(fc.tuple(fc.nat(40), fc.nat(40)), fc.anything()),
      },
      { requiredKeys: [] },
    );
    const headers = fc.dictionary(fc.string(), fc.oneof(entry, fc.jsonValue()));
    fc.assert(
      fc.property(headers, fc.nat(40), (header, length) => {
        try {
          read(file(JSON.stringify(header, (_, v) => (typeof v === "bigint" ? String(v) : v)) ?? "", length));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
    expect(refusal(file(`{"a":${"[".repeat(200_000)}`))).toContain("the header is no JSON");
  });

  it("does not write what cannot be read", () => {
    const value = tensorData("uint8", [1], [1]);
    expect(() => writeSafetensors(new Map([["__metadata__", value]]))).toThrow(KindredError);
    expect(() => writeSafetensors(new Map(), { crc32: "1" })).toThrow('metadata has the key "crc32"');
    const wrong: TensorData = { dtype: "uint8", shape: [2], data: new Uint8Array(1) };
    expect(() => writeSafetensors(new Map([["w", wrong]]))).toThrow('tensor "w" has 1 values, expected 2');
  });
});
