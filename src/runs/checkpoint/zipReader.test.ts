import { type Zippable, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../base/crc32.ts";
import { InputError } from "../../base/index.ts";
import { readStoredZip } from "./zipReader.ts";
import { writeStoredZip } from "./zipWriter.ts";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const stored = (entries: Record<string, Uint8Array>, comment = ""): Uint8Array => {
  const archive: Zippable = {};
  for (const [name, bytes] of Object.entries(entries)) archive[name] = [bytes, { level: 0, comment }];
  return zipSync(archive);
};

/** The archive with a zip64 end record and every entry's sizes and offset in a zip64 extra field. */
function toZip64(zip: Uint8Array): Uint8Array {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = zip.length - 22;
  const start = view.getUint32(end + 16, true);
  const directory: number[] = [];
  for (let at = start; at < end; ) {
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const fields = [24, 20, 42].map((field) => BigInt(view.getUint32(at + field, true)));
    const extra = new DataView(new ArrayBuffer(28));
    extra.setUint16(0, 1, true);
    extra.setUint16(2, 24, true);
    fields.forEach((value, i) => {
      extra.setBigUint64(4 + 8 * i, value, true);
    });
    const fixed = zip.slice(at, at + 46);
    fixed.fill(0xff, 20, 28);
    fixed.fill(0xff, 42, 46);
    new DataView(fixed.buffer).setUint16(30, extraLength + 28, true);
    const rest = zip.subarray(at + 46, at + 46 + nameLength + extraLength);
    directory.push(...fixed, ...rest, ...new Uint8Array(extra.buffer));
    at += 46 + nameLength + extraLength;
  }
  const wide = new DataView(new ArrayBuffer(56 + 20));
  wide.setUint32(0, 0x06064b50, true);
  wide.setBigUint64(32, BigInt(view.getUint16(end + 10, true)), true);
  wide.setBigUint64(40, BigInt(directory.length), true);
  wide.setBigUint64(48, BigInt(start), true);
  wide.setUint32(56, 0x07064b50, true);
  wide.setBigUint64(64, BigInt(start + directory.length), true);
  const last = zip.slice(end);
  last.fill(0xff, 8, 20);
  return Uint8Array.from([...zip.subarray(0, start), ...directory, ...new Uint8Array(wide.buffer), ...last]);
}

describe("crc32", () => {
  it("gives the check value of the standard, also in parts", () => {
    expect(crc32(text("123456789"))).toBe(0xcbf43926);
    expect(crc32(text("6789"), crc32(text("12345")))).toBe(0xcbf43926);
  });
});

describe("readStoredZip", () => {
  const entries = { "a/x": text("hello"), "a/y": text("") };

  it("reads plain and zip64 archives, and one with a comment", () => {
    const expected = new Map(Object.entries(entries));
    expect(readStoredZip(stored(entries), "z")).toEqual(expected);
    expect(readStoredZip(toZip64(stored(entries)), "z")).toEqual(expected);
    const commented = Uint8Array.from([...stored(entries), ...text("note")]);
    new DataView(commented.buffer).setUint16(commented.length - 6, 4, true);
    expect(readStoredZip(commented, "z")).toEqual(expected);
    expect(readStoredZip(writeStoredZip(new Map()), "z")).toEqual(new Map());
  });

  it("refuses every cut and every turned bit of a zip64 archive, or gives the same entries", () => {
    const bytes = toZip64(stored(entries));
    const intact = readStoredZip(bytes, "z");
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readStoredZip(bytes.subarray(0, length), "z")).toThrow(InputError);
    }
    for (let at = 0; at < bytes.length * 8; at++) {
      const turned = Uint8Array.from(bytes);
      turned[at >> 3]! ^= 1 << (at & 7);
      try {
        expect(readStoredZip(turned, "z")).toEqual(intact);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
      }
    }
  });

  it("refuses compressed and encrypted entries, two of one name, and overlapping ones", () => {
    expect(() => readStoredZip(zipSync({ x: text("aaaaaaaaaaaaaaaa") }), "z")).toThrow(
      'z: entry "x" is compressed',
    );
    const bytes = stored({ x: text("aaaa"), y: text("aaaa") });
    const directory = bytes.length - 22 - 2 * 47;
    const change = (edit: (copy: Uint8Array) => void): Uint8Array => {
      const copy = Uint8Array.from(bytes);
      edit(copy);
      return copy;
    };
    const encrypted = change((copy) => copy.fill(1, directory + 8, directory + 9));
    expect(() => readStoredZip(encrypted, "z")).toThrow('z: entry "x" is encrypted');
    const twice = change((copy) => copy.copyWithin(directory + 47, directory, directory + 47));
    expect(() => readStoredZip(twice, "z")).toThrow('z: entry "x" is there twice');
    // Entries that all reach to the directory, with true checksums: thousands of them would take hours to check.
    const many = stored(Object.fromEntries([...Array(20).keys()].map((i) => [`n${i}`, text("")])));
    const view = new DataView(many.buffer);
    const end = view.getUint32(many.length - 6, true);
    for (let at = end; at < many.length - 22; at += 46 + view.getUint16(at + 28, true)) {
      const data = many.slice(view.getUint32(at + 42, true) + 30 + view.getUint16(at + 28, true), end);
      view.setUint32(at + 16, crc32(data), true);
      view.setUint32(at + 20, data.length, true);
      view.setUint32(at + 24, data.length, true);
    }
    expect(() => readStoredZip(many, "z")).toThrow(InputError);
    expect(() => readStoredZip(many, "z")).toThrow("overlaps another");
  });
});
