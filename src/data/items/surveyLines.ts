import { counted, listed } from "../../base/listed.ts";
import { printable } from "../../base/printable.ts";
import type { ItemProblem, ItemTable } from "./item.ts";
import { type ItemSurvey, longText, useOf, valueNames } from "./surveyItems.ts";

/** Rows that are named of those left out. */
const shown = 5;
/** Characters of a text that are quoted. */
const quoted = 60;

/** What a table has, what follows from it, and what to look at, in lines for people. */
export function surveyLines(survey: ItemSurvey): string[] {
  const { items, modalities, pairs, parts } = survey;
  const values = modalities.map(({ modality, items: having, values: all }) => {
    const [one, many] = valueNames[modality];
    const gap = items - having;
    const each = all > having ? ` (${Number((all / having).toFixed(1))} of an item)` : "";
    return `${counted(all, one, many)}${each}${gap > 0 ? `, ${counted(gap, "item", "items")} without` : ""}`;
  });
  const use = useOf(survey);
  return [
    `items: ${items.toLocaleString("en")}: ${values.join("; ")}`,
    ...(pairs.length > 0
      ? [
          `pairs: ${listed(pairs.map(({ between, items: both }) => `${both.toLocaleString("en")} ${between.join("–")}`))}`,
        ]
      : []),
    `groups: ${describeGroups(survey)}`,
    ...(parts.validation + parts.test > 0
      ? [
          `parts: ${(["train", "validation", "test"] as const)
            .filter((part) => parts[part] > 0)
            .map((part) => `${parts[part].toLocaleString("en")} ${part}`)
            .join(", ")}`,
        ]
      : []),
    use.kind === "none"
      ? `nothing to train: ${use.why}; ${use.advice}`
      : use.kind === "alignment"
        ? `chosen: alignment of ${listed(use.modalities)}: ${use.why}`
        : `chosen: one tower, ${use.modality}: ${use.why}`,
    ...warningsOfItems(survey).map((warning) => `to look at: ${warning}`),
  ];
}

function describeGroups({ grouping, groups, labels, unlabelled, items }: ItemSurvey): string {
  if (grouping === "label") {
    const without = unlabelled > 0 ? `; ${counted(unlabelled, "item has", "items have")} none` : "";
    return `items of one label are positives of one another, ${counted(labels, "label", "labels")}${without}`;
  }
  if (grouping === "texts") {
    return `items of equal texts are positives of one another, ${counted(groups.shared, "group", "groups")} of several items`;
  }
  return `each of the ${items.toLocaleString("en")} items is a group of its own, as there are no labels and no equal texts`;
}

/** What will be poor with these items, and what to try; none where all is well. */
export function warningsOfItems({ texts, modalities, pairs, items }: ItemSurvey): string[] {
  const warnings: string[] = [];
  const having = modalities.find(({ modality }) => modality === "text");
  if (texts && having && items > 1 && texts.distinct === 1) {
    warnings.push(
      `all ${counted(having.values, "text is", "texts are")} equal: write what each item shows, or leave the texts out`,
    );
  } else if (texts && texts.acrossGroups > 0) {
    warnings.push(
      `${counted(texts.acrossGroups, "text stands", "texts stand")} in several groups, such as "${cut(texts.example ?? "")}", so that these items would be negatives of one another: give them one label`,
    );
  }
  if (texts && texts.long > 0) {
    warnings.push(
      `${counted(texts.long, "text has", "texts have")} more than ${longText.toLocaleString("en")} characters (the longest ${texts.longest.toLocaleString("en")}), of which a text tower reads the beginning only: shorten them, or split them into several`,
    );
  }
  for (const { between, items: both } of pairs) {
    if (both === 0) {
      warnings.push(
        `no item has both ${listed(between.map((modality) => valueNames[modality][1]))}, so that they meet by another modality at most`,
      );
    }
  }
  return warnings;
}

function cut(text: string): string {
  const characters = [...text];
  return printable(characters.length > quoted ? `${characters.slice(0, quoted).join("")}…` : text);
}

/** What there is to say of how a table was read: its notes, and what is left out. */
export function itemNoteLines({ notes, problems }: Pick<ItemTable, "notes" | "problems">): string[] {
  const lines = [...notes];
  if (problems.length > 0) {
    const are = counted(problems.length, "row or file is", "rows or files are");
    lines.push(`${are} skipped (--strict refuses ${problems.length === 1 ? "it" : "them"}):`);
    lines.push(...problems.slice(0, shown).map(described));
    if (problems.length > shown) lines.push(`  and ${(problems.length - shown).toLocaleString("en")} more`);
  }
  return lines.map(printable);
}

function described({ path, reason }: ItemProblem): string {
  return `  ${path}: ${reason}`;
}
