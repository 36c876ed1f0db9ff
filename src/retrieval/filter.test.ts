import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkFilter } from "./filter.ts";

const columns = { id: "text", label: "text", path: "text", size: "number", seen: "truth" } as const;
const check = (filter: string): void => checkFilter(filter, columns);

describe("checkFilter", () => {
  it.each([
    "label = 'cat'",
    "LABEL == 'cat' or label <> 'it''s'",
    "label IN ('cat', 'dog') AND NOT (path LIKE 'a%' OR path IS NULL)",
    "label NOT IN ('cat') and path not like '%.png' and path ilike 'A%'",
    "size BETWEEN 1 AND 2.5e3 AND -size < +1 - .5 * 2 % 3 / size".replace("+1", "1"),
    "lower(label) = 'cat' AND length(path) > 3",
    "cast(id AS int) > 100 AND try_cast(id AS double) < 1e3",
    "starts_with(lower(path), 'a') AND coalesce(label, 'none') <> left(id, 3)",
    "`label` = 'cat' || 'fish'",
    "seen",
    "seen IS NOT TRUE and label is not null and label = NULL",
    "label\n=\n'ü \" -- no comment'",
    "((((label = 'cat'))))",
  ])("lets %j pass", (filter) => {
    expect(() => check(filter)).not.toThrow();
  });

  it.each<readonly [string, string]>([
    ["label = 'cat", "column 9: this ' has no closing '"],
    ["label = ", "column 9: expected a column, a text in single quotes or a number, found the end"],
    ["", "column 1: expected a column, a text in single quotes or a number, found the end"],
    [
      "label = 'cat' AND AND id = 'x'",
      "column 19: expected a column, a text in single quotes or a number, found AND",
    ],
    ["(label = 'cat'", "column 15: expected ), found the end"],
    ["label = 'cat' id", "column 15: expected AND, OR or the end, found id"],
    ["label = 'cat' ORDER BY id", "column 15: expected AND, OR or the end, found ORDER"],
    ["label = 'a'; DROP TABLE pictures", "column 12: ; begins no part of a filter"],
    ["label = 'a' -- or not", "column 13: -- begins no part of a filter"],
    ['label = "cat"', "column 9: a text stands between single quotes, as in label = 'cat'"],
    ["labl = 'cat'", "column 1: there is no column labl, there are id, label, path, size, seen"],
    ["label = cat", "column 9: there is no column cat, there are id, label, path, size, seen"],
    ["label = 7", "column 9: expected text, received a number: write '7'"],
    ["label IN ('a', 7)", "column 16: expected text, received a number: write '7'"],
    ["size > '3'", "column 8: expected a number, received text"],
    ["size LIKE 3", "column 11: expected text, received a number"],
    ["label", "column 1: expected a condition, as in label = 'cat', received text"],
    ["size = 1 OR label", "column 13: expected a condition, as in label = 'cat', received text"],
    ["NOT label", "column 5: expected a condition, as in label = 'cat', received text"],
    ["label + 1 = 2", "column 7: + takes a number, received text"],
    ["label IS 3", "column 10: expected NULL, TRUE or FALSE, found 3"],
    ["label NOT 'a'", "column 11: expected IN, BETWEEN or LIKE, found 'a'"],
    ["size BETWEEN 1 OR 2", "column 16: expected AND and the upper end, found OR"],
    ["ü = '🐱' AND label = 'x'", "column 1: there is no column ü, there are id, label, path, size, seen"],
    ["label = '🐱' ? 'x'", "column 13: ? begins no part of a filter"],
    [
      "label = 'a'\n AND\n  ) id",
      "line 3, column 3: expected a column, a text in single quotes or a number, found )",
    ],
    ["foo(label) = 'x'", "column 1: there is no function foo in a filter, there are lower, upper, "],
    ["repeat('a', 500000000) = 'b'", "column 1: there is no function repeat in a filter, there are lower, "],
    ["id = lpad('a', 200000000, 'b')", "column 6: there is no function lpad in a filter, there are lower, "],
    ["factorial(1000) = 1", "column 1: there is no function factorial in a filter, there are lower, "],
    [
      "cast(id AS money) = 1",
      "column 12: expected a type (int, bigint, float, double, string, boolean), found money",
    ],
    ["lower(id) = 7", "column 13: expected text, received a number: write '7'"],
    ["length(id)", "column 1: expected a condition, as in label = 'cat', received a number"],
    ["label = \u0000", "column 9: a control character (code 0) begins no part of a filter"],
  ])("says where %j is wrong", (filter, where) => {
    const shown = filter.replaceAll(/[\n\0]/g, " ");
    expect(() => check(filter)).toThrow(`the filter "${shown}" is wrong at ${where}`);
  });

  it("refuses what would overflow the stack", () => {
    expect(() => check(`${"(".repeat(4000)}label = 'a'${")".repeat(4000)}`)).toThrow(
      /nested more than 20 deep/,
    );
    expect(() => check(`${"NOT ".repeat(2000)}label = 'a'`)).toThrow(/nested more than 20 deep/);
  });

  it.each<readonly [string, (terms: number) => string]>([
    ["a sum", (terms) => `${"1+".repeat(terms)}1 = size`],
    ["a text", (terms) => `${"'x'||".repeat(terms)}'x' = label`],
    ["comparisons", (terms) => `seen${" = true".repeat(terms)}`],
    ["IS", (terms) => `seen${" is not null".repeat(terms)}`],
    ["AND", (terms) => `seen${" and seen".repeat(terms)}`],
    ["OR", (terms) => `seen${" or seen".repeat(terms)}`],
    ["IN", (terms) => `seen${" in (true)".repeat(terms)}`],
    ["functions in a list", (terms) => `label in ('a'${", lower('A')".repeat(terms - 1)})`],
    ["casts in a list", (terms) => `size in (1${", cast('2' as int)".repeat(terms - 1)})`],
    ["signs in a list", (terms) => `size in (1${", -2".repeat(terms - 1)})`],
  ])("refuses more operators than the database bears: %s", (_, filterOf) => {
    expect(() => check(filterOf(199))).not.toThrow();
    expect(() => check(filterOf(201))).toThrow(/is wrong at column \d+: more than 200 operators/);
  });

  it("lets a long list pass, and refuses a filter that is too long in a line that is not", () => {
    const list = (texts: number): string => `id IN (${"'12345', ".repeat(texts - 1)}'12345')`;
    expect(() => check(list(1000))).not.toThrow();
    expect(() => check(list(1200))).toThrow(/^the filter has \d+ characters, expected at most 10000: /);
    const wrong = list(1000).replace(/'12345'\)$/, "7)");
    expect(() => check(wrong)).toThrow(/^the filter "….{200}" is wrong at column \d+: expected text/);
  });

  it("accepts every condition of the grammar, and none with a sign too many or too few", () => {
    const value = fc.oneof(
      fc.constantFrom("label", "id", "lower(path)"),
      fc.string().map((text) => `'${text.replaceAll("'", "''")}'`),
    );
    const { condition } = fc.letrec<{ condition: string; leaf: string }>((tie) => ({
      leaf: fc.oneof(
        fc.tuple(value, fc.constantFrom("=", "<>", "<", ">="), value).map((parts) => parts.join(" ")),
        fc
          .tuple(value, fc.array(value, { minLength: 1, maxLength: 3 }))
          .map(([a, list]) => `${a} IN (${list.join(",")})`),
        value.map((a) => `${a} IS NOT NULL`),
        fc.tuple(value, value, value).map(([a, b, c]) => `${a} NOT BETWEEN ${b} AND ${c}`),
      ),
      condition: fc.oneof(
        { maxDepth: 4 },
        tie("leaf"),
        tie("condition").map((inner) => `NOT (${inner})`),
        fc
          .tuple(tie("condition"), fc.constantFrom("AND", "or"), tie("condition"))
          .map(([a, joint, b]) => `(${a}) ${joint} ${b}`),
      ),
    }));
    fc.assert(
      fc.property(condition, (filter) => {
        check(filter);
        for (const wrong of [`(${filter}`, `${filter})`, `${filter} AND`, `${filter} 'x'`, `OR ${filter}`]) {
          expect(() => check(wrong)).toThrow(/ is wrong at (line \d+, )?column \d+: /);
        }
      }),
    );
  });
});
