import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../base/index.ts";
import { checkFilter } from "../../../retrieval/index.ts";
import { filterColumns, sqlText } from "./indexRows.ts";
import { drawnPictures, info, inParts } from "./pictureIndex.fixture.ts";
import { PictureIndex } from "./pictureIndex.ts";

let folder = "";
let index: PictureIndex;
const pictures = drawnPictures(60);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-filters-"));
  index = await PictureIndex.create(join(folder, "my.lance"), info, inParts(pictures));
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
            checkFilter(filter, filterColumns);
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
