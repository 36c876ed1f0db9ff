import { expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import { parseInfo, parsePlan } from "./indexInfo.ts";

it("damaged metadata of an index is named, with what to do", () => {
  for (const text of [undefined, "{", '{"format":3}']) {
    expect(() => parseInfo(text, "db")).toThrow(InputError);
    expect(() => parseInfo(text, "db")).toThrow(/^db: its metadata kindred\.index.* kindred index --run/);
  }
  expect(() => parsePlan("{")).toThrow(/kindred\.search is not JSON .*: make it anew/);
});
