import { InputError } from "../../base/index.ts";
import { counted, listed } from "../../base/listed.ts";
import type { Part } from "../part.ts";
import { textKey } from "./groups.ts";
import { type ItemGrouping, type ItemModality, type ItemTable, itemModalities, valuesOf } from "./item.ts";

/** What a table of items has, before any file is decoded. */
export interface ItemSurvey {
  readonly name: string;
  readonly items: number;
  /** Those that some item has, in a fixed order, with how many have them and how many values there are. */
  readonly modalities: readonly ModalitySeen[];
  /** For each two of these: how many items have both. */
  readonly pairs: readonly PairsSeen[];
  /** What of texts is worth knowing; null where there are none. */
  readonly texts: TextsSeen | null;
  readonly grouping: ItemGrouping;
  /** Different groups, and how many of them have several items. */
  readonly groups: { readonly count: number; readonly shared: number };
  /** Different labels; 0 without. */
  readonly labels: number;
  readonly unlabelled: number;
  readonly parts: Readonly<Record<Part, number>>;
  /** Items and files that were left out. */
  readonly problems: number;
}

export interface ModalitySeen {
  readonly modality: ItemModality;
  readonly items: number;
  readonly values: number;
  /** Most values of one item. */
  readonly most: number;
}

export interface PairsSeen {
  readonly between: readonly [ItemModality, ItemModality];
  readonly items: number;
}

export interface TextsSeen {
  /** Different texts, whatever their case. */
  readonly distinct: number;
  /** Texts that items of several groups have, and one of them. */
  readonly acrossGroups: number;
  readonly example: string | null;
  /** Characters of the longest, and texts of more than {@link longText}. */
  readonly longest: number;
  readonly long: number;
}

/** Characters from which a text is longer than text towers usually take. */
export const longText = 2000;

/** What can be done with a table: align its modalities, or train one tower, or nothing. */
export type ItemUse =
  | { readonly kind: "alignment"; readonly modalities: readonly ItemModality[]; readonly why: string }
  | { readonly kind: "single"; readonly modality: ItemModality; readonly why: string }
  | { readonly kind: "none"; readonly why: string; readonly advice: string };

/** Looks at what a table has. */
export function surveyItems(table: ItemTable): ItemSurvey {
  const { name, items, groups, grouping, problems } = table;
  const modalities = itemModalities.map((modality) => {
    const seen = { modality, items: 0, values: 0, most: 0 };
    for (const item of items) {
      const values = valuesOf(item, modality);
      if (values > 0) seen.items++;
      seen.values += values;
      seen.most = Math.max(seen.most, values);
    }
    return seen;
  });
  const present = modalities.filter((seen) => seen.items > 0);
  const pairs = present.flatMap(({ modality: one }, at) =>
    present.slice(at + 1).map(({ modality: other }) => ({
      between: [one, other] as const,
      items: items.filter((item) => valuesOf(item, one) > 0 && valuesOf(item, other) > 0).length,
    })),
  );
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const labels = new Set<string>();
  const parts = { train: 0, validation: 0, test: 0 };
  let unlabelled = 0;
  for (const { label, part } of items) {
    parts[part]++;
    if (label === null) unlabelled++;
    else labels.add(label);
  }
  return {
    ...{ name, items: items.length, modalities: present, pairs, grouping, unlabelled, parts },
    texts: textsOf(table),
    groups: { count: sizes.size, shared: [...sizes.values()].filter((size) => size > 1).length },
    labels: labels.size,
    problems: problems.length,
  };
}

function textsOf({ items, groups }: ItemTable): TextsSeen | null {
  /** The group of each text; -1 where several have it. */
  const groupOf = new Map<string, number>();
  let [acrossGroups, longest, long] = [0, 0, 0];
  let example: string | null = null;
  for (const [row, { texts }] of items.entries()) {
    for (const text of texts) {
      longest = Math.max(longest, text.length);
      if (text.length > longText) long++;
      const key = textKey(text);
      const known = groupOf.get(key);
      if (known === undefined) groupOf.set(key, groups[row]!);
      else if (known >= 0 && known !== groups[row]) {
        groupOf.set(key, -1);
        acrossGroups++;
        example ??= text;
      }
    }
  }
  return groupOf.size === 0 ? null : { distinct: groupOf.size, acrossGroups, example, longest, long };
}

/** What people call the values of a modality. */
export const valueNames: Readonly<Record<ItemModality, readonly [one: string, many: string]>> = {
  image: ["picture", "pictures"],
  text: ["text", "texts"],
  audio: ["recording", "recordings"],
};

/**
 * What can be done with a table.
 *
 * - Two modalities or more, joined by items that have both: alignment. Texts that are all equal tell nothing apart, and count
 *   as none; so does a modality that no item has beside another one.
 * - Pictures alone: the training of pictures. Recordings alone: one audio tower by their labels.
 * - Texts alone: nothing to align with.
 */
export function useOf(survey: ItemSurvey): ItemUse {
  const { modalities, pairs, texts, labels, name } = survey;
  const equal = texts !== null && texts.distinct === 1 && survey.items > 1;
  const useful = pairs.filter(({ between, items }) => items >= 2 && !(equal && between.includes("text")));
  const joined = itemModalities.filter((modality) =>
    useful.some(({ between }) => between.includes(modality)),
  );
  if (joined.length > 0) {
    const told = useful.map(
      ({ between: [one, other], items }) => `${items.toLocaleString("en")} ${one}–${other}`,
    );
    return { kind: "alignment", modalities: joined, why: `items join modalities: ${listed(told)} pairs` };
  }
  const names = listed(modalities.map(({ modality }) => valueNames[modality][1]));
  if (equal && modalities.length > 1) {
    return {
      kind: "none",
      why: `all ${counted(modalities.find(({ modality }) => modality === "text")!.values, "text", "texts")} of ${name} are equal, so that texts tell no item from another`,
      advice: "write what each item shows, or leave the column of texts out",
    };
  }
  if (modalities.length > 1) {
    return {
      kind: "none",
      why: `${name} has ${names}, but fewer than two items that have two of these`,
      advice: "name what belongs together in one row, or give files that belong together one name",
    };
  }
  const [only] = modalities;
  if (only?.modality === "image")
    return { kind: "single", modality: "image", why: "only pictures were found" };
  if (only?.modality === "audio" && labels > 1) {
    return { kind: "single", modality: "audio", why: `only recordings were found, of ${labels} labels` };
  }
  if (only?.modality === "audio") {
    return {
      kind: "none",
      why: `${name} has recordings only, and ${labels === 1 ? "one label" : "no labels"}`,
      advice: "add a column label to tell them apart by (SupCon), or text or image to align them with",
    };
  }
  return {
    kind: "none",
    why: `${name} has texts only`,
    advice: "add a column image or audio, with the file that each text tells of",
  };
}

/** Whether a table has modalities to align. */
export function isMultimodal(survey: ItemSurvey): boolean {
  return useOf(survey).kind === "alignment";
}

/** A table has items, but nothing that a training joins. */
export class NothingJoinedError extends InputError {}

/** @throws NothingJoinedError when nothing can be trained on a table, saying why and what to do. */
export function requireUse(survey: ItemSurvey): Exclude<ItemUse, { kind: "none" }> {
  const use = useOf(survey);
  if (use.kind !== "none") return use;
  throw new NothingJoinedError(`${use.why}: ${use.advice}`);
}
