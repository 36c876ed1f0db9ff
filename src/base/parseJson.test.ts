import { describe, expect, it } from "vitest";
import { z } from "zod";
import { InputError } from "./index.ts";
import { parseJson } from "./parseJson.ts";

const schema = z.strictObject({
  size: z.number().int().min(1),
  names: z.array(z.string()).default([]),
  by: z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("a") })]).optional(),
});
const parsed = (text: string | undefined) => parseJson(schema, text, "a.json", "a size: measure again");

describe("parseJson", () => {
  it("is the value, with the schema's defaults", () => {
    expect(parsed('{"size":3}')).toEqual({ size: 3, names: [] });
  });

  it.each([
    [undefined, /^a\.json is missing, expected a size: measure again$/],
    ["{", /^a\.json is not JSON \(Expected property name.*\), expected a size: measure again$/],
    ["x\ny", /^a\.json is not JSON \(.*x\\ny.*\), expected a size: measure again$/],
    ['{"size":0}', /^a\.json: size: expected number to be >=1, received 0, in a size: measure again$/],
    ["{}", /^a\.json: size: expected number, received nothing, in a size: measure again$/],
    ['{"size":1,"names":["a",2]}', /^a\.json: names\.1: expected string, received 2, in /],
    ['{"size":1,"by":{"kind":"b"}}', /^a\.json: by\.kind: expected 'a', received "b", in /],
    ['{"size":1,"more":2}', /^a\.json: the whole: unrecognized key: "more", received \{"size":1,"more":2\}/],
    ["[]", /^a\.json: the whole: expected object, received \[\], in /],
    [JSON.stringify({ size: "many".repeat(99) }), /received "(many)+m?a?n?\.\.\., in /],
  ])("says of %s what is wrong and what to do", (text, message) => {
    expect(() => parsed(text)).toThrow(InputError);
    expect(() => parsed(text)).toThrow(message);
  });
});
