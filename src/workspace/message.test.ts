import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import { decodeMessage, encodeMessage, type Message, type MessageArray, MessageReader } from "./message.ts";

const numbers = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 });
const array: fc.Arbitrary<MessageArray> = fc.oneof(
  fc.float32Array({ maxLength: 40 }),
  fc.int32Array({ maxLength: 40 }),
  numbers.map((values) => Uint32Array.from(values, (value) => value * 0x1010101)),
  numbers.map((values) => Uint8Array.from(values)),
  // A view into the middle of a buffer, as a row of a matrix is.
  numbers.map((values) => new Float32Array(Float32Array.of(7, ...values, 7).buffer, 4, values.length)),
);
const name = fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== "__proto__");
const message: fc.Arbitrary<Message> = fc.record({
  head: fc.record({
    type: fc.string({ unit: "grapheme" }),
    step: fc.integer(),
    loss: fc.option(fc.integer()),
    text: fc.string({ unit: "grapheme" }),
  }),
  arrays: fc.dictionary(name, array, { maxKeys: 5, noNullPrototype: true }),
});

describe("encodeMessage and decodeMessage", () => {
  it("give back every message, its arrays bit for bit", () => {
    fc.assert(
      fc.property(message, (sent) => {
        const received = decodeMessage(encodeMessage(sent));
        expect(received.head).toEqual(sent.head);
        expect(Object.keys(received.arrays).sort()).toEqual(Object.keys(sent.arrays).sort());
        for (const [key, expected] of Object.entries(sent.arrays)) {
          const actual = received.arrays[key]!;
          expect(actual.constructor).toBe(expected.constructor);
          expect(bytesOf(actual)).toEqual(bytesOf(expected));
        }
      }),
    );
  });

  it("are little-endian, with lengths first and arrays at multiples of 8", () => {
    const bytes = encodeMessage({ head: { type: "x" }, arrays: { a: Uint32Array.of(0x01020304) } });
    const view = new DataView(bytes.buffer);
    expect(bytes.length % 8).toBe(0);
    expect(view.getUint32(0, true)).toBe(bytes.length - 4);
    expect([...bytes.subarray(bytes.length - 8)]).toEqual([4, 3, 2, 1, 0, 0, 0, 0]);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + view.getUint32(4, true))))).toEqual({
      head: { type: "x" },
      arrays: [{ name: "a", type: "uint32", length: 1 }],
    });
  });

  it("refuse what is cut off", () => {
    const bytes = encodeMessage({ head: { type: "x" }, arrays: { a: Float32Array.of(1, 2, 3) } });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeMessage(bytes.subarray(0, length))).toThrow(InputError);
    }
    const lying = encodeMessage({ head: { type: "x" }, arrays: { a: Float32Array.of(1, 2, 3) } }).slice(
      0,
      -8,
    );
    new DataView(lying.buffer).setUint32(0, lying.length - 4, true);
    expect(() => decodeMessage(lying)).toThrow(/array a of a message ends after/);
  });
});

describe("MessageReader", () => {
  it("cuts a stream into its messages, in whatever pieces it comes", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), cuts, (sent, sizes) => {
        const stream = Buffer.concat(sent.map(encodeMessage));
        const reader = new MessageReader();
        const received: Message[] = [];
        let at = 0;
        for (const size of [...sizes, stream.length]) {
          received.push(...reader.push(stream.subarray(at, at + size)));
          at = Math.min(stream.length, at + size);
        }
        expect(received.map(encodeMessage)).toEqual(sent.map(encodeMessage));
      }),
    );
  });

  it("holds a message back until its last byte", () => {
    const bytes = encodeMessage({ head: { type: "beat" }, arrays: {} });
    const reader = new MessageReader();
    expect(reader.push(bytes.subarray(0, -1))).toEqual([]);
    expect(reader.push(bytes.subarray(-1))).toEqual([{ head: { type: "beat" }, arrays: {} }]);
  });
});

function bytesOf(values: MessageArray): Uint8Array {
  return new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
}
