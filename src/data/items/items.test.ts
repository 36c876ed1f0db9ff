import { describe, expect, it } from "vitest";
import { InputError } from "../../base/index.ts";
import { groupItems, pickItems } from "./groups.ts";
import type { Item, ItemTable } from "./item.ts";
import { type SplitItemsOptions, splitItems } from "./splitItems.ts";
import { isMultimodal, requireUse, surveyItems, useOf } from "./surveyItems.ts";
import { itemNoteLines, surveyLines } from "./surveyLines.ts";

const file = (path: string) => ({ path, file: `/data/${path}` });

function item(id: string, more: Partial<Item> = {}): Item {
  return { id, label: null, part: "train", image: null, texts: [], audio: [], ...more };
}

function table(items: readonly Item[]): ItemTable {
  return { name: "pets", root: "/data", items, ...groupItems(items), problems: [], notes: [] };
}

const picture = (id: string, texts: readonly string[] = [], more: Partial<Item> = {}): Item =>
  item(id, { image: file(id), texts, ...more });

describe("groupItems", () => {
  it("groups by label, and without one by texts whatever their order and case", () => {
    const items = [
      picture("0", ["Sun", "sol"]),
      picture("1", ["SOL", "sun"]),
      picture("2", ["sun"]),
      picture("3", ["sun"], { label: "star" }),
      picture("4", [], { label: "moon" }),
      picture("5"),
      picture("6"),
    ];
    const { groups, groupNames, grouping } = groupItems(items);
    expect(grouping).toBe("label");
    expect(groupNames).toEqual(["moon", "star", "Sun", "sun", "5", "6"]);
    expect([...groups]).toEqual([2, 2, 3, 1, 0, 4, 5]);
  });

  it("leaves labels that are numbers as they are, and numbers the others after them", () => {
    const { groups, groupNames } = groupItems([
      item("a", { label: "7" }),
      item("b", { label: "0" }),
      item("c"),
    ]);
    expect([...groups]).toEqual([7, 0, 8]);
    expect(groupNames).toBeNull();
  });
});

describe("splitItems", () => {
  const things = Array.from({ length: 100 }, (_, thing) =>
    [0, 1, 2].map((style) => picture(`${style}/${thing}.png`, [`thing ${thing}`])),
  ).flat();

  const sides = (items: readonly Item[], options?: SplitItemsOptions) => {
    const split = splitItems(table(items), options);
    const ids = (rows: Uint32Array) => Array.from(rows, (row) => items[row]!.id);
    return {
      training: ids(split.training),
      validation: ids(split.validation),
      test: ids(split.test),
      drawn: split.drawn,
    };
  };

  it("keeps the items of one text on one side, and the same ones for the same seed", () => {
    const { training, validation, drawn } = sides(things);
    expect(drawn).toBe("groups");
    expect(validation).toHaveLength(30);
    expect(training).toHaveLength(270);
    const held = new Set(validation.map((id) => id.slice(2)));
    expect(held.size).toBe(10);
    expect(training.some((id) => held.has(id.slice(2)))).toBe(false);
    expect(sides(things).validation).toEqual(validation);
    expect(sides(things, { seed: 2 }).validation).not.toEqual(validation);
  });

  it("draws nearly the same groups with an item more", () => {
    const before = new Set(sides(things).validation);
    const after = sides([...things, picture("new.png", ["new"])]).validation;
    expect(after.filter((id) => before.has(id)).length).toBeGreaterThanOrEqual(27);
  });

  it("draws of each class its share where labels are classes", () => {
    const items = Array.from({ length: 200 }, (_, i) =>
      picture(`${i}.png`, ["text"], { label: `class ${i % 4}` }),
    );
    const { validation, drawn } = sides(items);
    expect(drawn).toBe("items");
    expect(validation).toHaveLength(20);
    const counts = [0, 1, 2, 3].map(
      (label) => validation.filter((id) => Number.parseInt(id, 10) % 4 === label).length,
    );
    expect(counts).toEqual([5, 5, 5, 5]);
    expect(sides(items, { draw: "groups", validation: 60 }).validation).toHaveLength(50);
  });

  it("takes what the table has set aside, and refuses to leave nothing for training", () => {
    const items = [
      picture("a", ["x"]),
      picture("b", ["x"], { part: "validation" }),
      picture("c", ["y"]),
      picture("d", ["z"], { part: "test" }),
    ];
    expect(sides(items)).toEqual({ training: ["a", "c"], validation: ["b"], test: ["d"], drawn: null });
    expect(() => sides(items.slice(1))).toThrow(InputError);
    expect(() => sides(items.slice(1))).toThrow(/pets has 1 of 3 items for training, expected at least 2/);
  });
});

describe("surveyItems", () => {
  const items = [
    picture("0", ["a dog", "brown"], { audio: [file("0.wav")] }),
    picture("1", ["a cat"], { part: "test" }),
    picture("2", ["a dog"]),
    item("3", { audio: [file("3.wav"), file("4.wav")], texts: ["x".repeat(3000)] }),
    picture("4"),
  ];

  it("counts modalities, values, pairs, groups and parts", () => {
    const survey = surveyItems(table(items));
    expect(survey).toEqual({
      name: "pets",
      items: 5,
      modalities: [
        { modality: "image", items: 4, values: 4, most: 1 },
        { modality: "text", items: 4, values: 5, most: 2 },
        { modality: "audio", items: 2, values: 3, most: 2 },
      ],
      pairs: [
        { between: ["image", "text"], items: 3 },
        { between: ["image", "audio"], items: 1 },
        { between: ["text", "audio"], items: 2 },
      ],
      texts: { distinct: 4, acrossGroups: 1, example: "a dog", longest: 3000, long: 1 },
      grouping: "none",
      groups: { count: 5, shared: 0 },
      labels: 0,
      unlabelled: 5,
      parts: { train: 4, validation: 0, test: 1 },
      problems: 0,
    });
    expect(surveyLines(survey)).toEqual([
      "items: 5: 4 pictures, 1 item without; 5 texts (1.3 of an item), 1 item without; 3 recordings (1.5 of an item), 3 items without",
      "pairs: 3 image–text, 1 image–audio and 2 text–audio",
      "groups: each of the 5 items is a group of its own, as there are no labels and no equal texts",
      "parts: 4 train, 1 test",
      "chosen: alignment of image, text and audio: items join modalities: 3 image–text and 2 text–audio pairs",
      'to look at: 1 text stands in several groups, such as "a dog", so that these items would be negatives of one another: give them one label',
      "to look at: 1 text has more than 2,000 characters (the longest 3,000), of which a text tower reads the beginning only: shorten them, or split them into several",
    ]);
  });

  it("decides what can be trained", () => {
    const uses = (some: readonly Item[]) => useOf(surveyItems(table(some)));
    expect(isMultimodal(surveyItems(table(items)))).toBe(true);
    expect(uses([picture("0"), picture("1")])).toMatchObject({ kind: "single", modality: "image" });
    const sounds = ["a", "b"].map((label) => item(label, { label, audio: [file(`${label}.wav`)] }));
    expect(uses(sounds)).toMatchObject({ kind: "single", modality: "audio" });
    expect(uses(sounds.map((each) => ({ ...each, label: null })))).toMatchObject({ kind: "none" });
    expect(uses([item("0", { texts: ["a"] }), item("1", { texts: ["b"] })])).toMatchObject({ kind: "none" });
    expect(uses([picture("0"), item("1", { texts: ["b"] })])).toMatchObject({ kind: "none" });
  });

  it("takes texts that are all equal for none, and counts them", () => {
    const survey = surveyItems(
      table([picture("0", ["photo"]), picture("1", ["Photo"]), picture("2", ["photo"])]),
    );
    expect(isMultimodal(survey)).toBe(false);
    expect(() => requireUse(survey)).toThrow(
      /^all 3 texts of pets are equal, so that texts tell no item from another: write what each item shows/,
    );
    expect(surveyLines(survey).at(-1)).toMatch(/^to look at: all 3 texts are equal/);
  });

  it("escapes what a terminal would obey", () => {
    const lines = itemNoteLines({ notes: [], problems: [{ path: "a\x1b[2J\n", reason: "line 2: is gone" }] });
    expect(lines).toEqual([
      "1 row or file is skipped (--strict refuses it):",
      "  a\\x1b[2J\\n: line 2: is gone",
    ]);
  });
});

it("pickItems keeps the numbers of groups", () => {
  const all = table([picture("0", [], { label: "b" }), picture("1", [], { label: "a" })]);
  const picked = pickItems(all, Uint32Array.of(0));
  expect(picked.items.map(({ id }) => id)).toEqual(["0"]);
  expect([...picked.groups]).toEqual([1]);
});
