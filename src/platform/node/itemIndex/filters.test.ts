import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../base/index.ts";
import { drawnPictures, info, inParts } from "./itemIndex.fixture.ts";
import { ItemIndex } from "./itemIndex.ts";
import { sqlText } from "./itemRows.ts";
import { inTime } from "./lanceErrors.ts";

let folder = "";
let index: ItemIndex;
const pictures = drawnPictures(60);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-filters-"));
  index = await ItemIndex.create(join(folder, "my.lance"), info, inParts(pictures));
});
afterAll(async () => {
  index.close();
  await rm(folder, { recursive: true, force: true });
});

const pieces =
  "label id path = <> < AND or NOT IN ( ) , 'cat' 'p1' 'it''s' LIKE '%1%' IS NULL BETWEEN || lower( true".split(
    " ",
  );

describe("filters of an index", () => {
  it("are of the grammar that LanceDB has: whatever passes the check, it parses", async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 7 }),
        async (words) => {
          const filter = words.join(" ");
          try {
            index.checkFilter(filter);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
            return;
          }
          accepted++;
          // Which functions there are, and what they take, is known to the database alone: it calls
          // that "Error parsing function", where a text out of its grammar is a "sql parser error".
          const outcome = await index.count(filter).catch((error: Error) => error.message);
          if (typeof outcome === "string")
            expect(outcome.replace("Error parsing function", "")).not.toMatch(/pars|No field named/i);
        },
      ),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(30);
  });

  it("may ask for as much as they may hold, and the database answers", async () => {
    for (const filter of [
      `${"1+".repeat(198)}1 = 199`,
      `${"'x'||".repeat(198)}'x' <> label`,
      `id = 'p1'${" or id = 'p1'".repeat(99)}`,
      `${"NOT ".repeat(20)}id = 'p1'`,
      `${"NOT (".repeat(10)}id = 'p1'${")".repeat(10)}`,
      `${"abs(".repeat(20)}1${")".repeat(20)} = 1`,
      `${"cast(".repeat(20)}1${" as int)".repeat(20)} = 1`,
      `${"- ".repeat(20)}1 = 1`,
      `id IN ('p1'${", 'p2'".repeat(1500)})`,
    ]) {
      expect(await index.count(filter), filter).toBeGreaterThan(0);
    }
  });

  it("call each function that is named", async () => {
    for (const [filter, passing] of [
      ["lower('P1') = id AND upper(id) = 'P1'", 1],
      ["btrim(' p1 ') = id AND ltrim(' p1') = id AND rtrim('p1 ') = id", 1],
      ["left(id, 2) = 'p1' AND right(id, 1) = '1'", 2],
      ["split_part(path, '.', 1) = 'p7' AND reverse(id) = '7p' AND concat('p', '7') = id", 1],
      ["length(id) = 2 AND char_length(id) = 2", 10],
      ["strpos(id, '9') = 2 AND abs(-1) = round(1.2)", 1],
      ["starts_with(id, 'p5') AND ends_with(id, '9') AND contains(id, '59')", 1],
      ["coalesce(label, 'none') = 'none' AND nullif(label, 'cat') IS NULL", 20],
      ["try_cast(right(id, 1) AS int) = 3 AND cast(3 AS string) = '3'", 6],
      ["cast('1' AS bigint) + cast('1' AS float) + cast('1' AS double) = 3 AND cast('true' AS boolean)", 60],
    ] as const) {
      expect(await index.count(filter), filter).toBe(passing);
    }
  });

  it.each([
    [
      "CAST(id AS int) = 1",
      /^the filter "CAST\(id AS int\) = 1" cannot be used: Cannot cast string 'p0' to value of Int32 type \(TRY_CAST/,
    ],
    ["1/0 = 1", /^the filter "1\/0 = 1" cannot be used: Divide by zero/],
    ["1 % 0 = 1", /^the filter "1 % 0 = 1" cannot be used: Divide by zero/],
    ["lower(label, id) = 'x'", /^the filter .* cannot be used: .*lower/],
  ])("are blamed where the database cannot apply them: %s", async (filter, message) => {
    const vector = new Float32Array(8).fill(1);
    for (const asking of [
      () => index.count(filter),
      () => index.search(vector, { where: filter }),
      () => index.delete({ where: filter }),
    ]) {
      const error: unknown = await asking().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(InputError);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).not.toMatch(/[\n]|\.rs|index cannot be/);
    }
    expect(await index.count()).toBeGreaterThanOrEqual(60);
  });

  it("are given up where they take too long", async () => {
    const never = new Promise<number>(() => undefined);
    await expect(inTime("id = 'p1'", never, 1)).rejects.toThrow(
      `the filter "id = 'p1'" took longer than 0.001 s: ask for less in it`,
    );
    await expect(inTime("id = 'p1'", Promise.resolve(3))).resolves.toBe(3);
  });

  it("pass just the pictures of a text, whatever characters it has", async () => {
    const odd = pictures.slice(0, 1).map((picture) => ({ ...picture, id: "odd", label: "" }));
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", minLength: 1 }), async (label) => {
        await index.add(inParts(odd.map((picture) => ({ ...picture, label }))));
        expect(await index.count(`label = ${sqlText(label)} AND id = 'odd'`)).toBe(1);
        expect(await index.count(`label <> ${sqlText(label)} AND id = 'odd'`)).toBe(0);
      }),
      { numRuns: 15 },
    );
  });
});
