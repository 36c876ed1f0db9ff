import { InputError, quote } from "../../base/index.ts";
import { counted } from "../../base/listed.ts";
import type { Part } from "../part.ts";
import { groupItems } from "./groups.ts";
import { type Item, type ItemFile, type ItemProblem, type ItemTable, NoItemsError } from "./item.ts";

/** What a row of a table, or files of one name, hold. */
export interface CollectedRow {
  /** What messages call it, such as `labels.csv: line 7`. */
  readonly where: string;
  /** The id where it has no file. */
  readonly id: string;
  readonly images: readonly ItemFile[];
  readonly texts: readonly string[];
  readonly audio: readonly ItemFile[];
  readonly label: string | null;
  readonly part: Part;
  /** Its place among the rows that were kept of its table, for fields; left out where there are none. */
  readonly row?: number;
}

const noTexts: readonly string[] = [];
const noFiles: readonly ItemFile[] = [];

interface Collected {
  readonly id: string;
  readonly where: string;
  readonly label: string | null;
  readonly part: Part;
  readonly image: ItemFile | null;
  readonly row: number | undefined;
  texts: readonly string[];
  audio: readonly ItemFile[];
  /** Why it cannot be taken; null where it can. */
  fault: string | null;
}

/**
 * Makes items of rows: rows of one picture, or else of one recording, are one item with the texts and recordings of all. A row
 * of several pictures is as many items.
 */
export class ItemCollector {
  readonly #items = new Map<string, Collected>();
  readonly #ids = new Set<string>();
  readonly #problems: ItemProblem[] = [];
  #blank = 0;
  #firstBlank = "";

  get count(): number {
    return this.#items.size;
  }

  /** Whether the row was kept as an item of its own or as part of one. */
  add(row: CollectedRow): boolean {
    const { images, audio, texts } = row;
    if (images.length + audio.length + texts.length === 0) {
      if (this.#blank++ === 0) this.#firstBlank = row.where;
      return false;
    }
    if (images.length === 0) return this.#put(audio[0] ?? null, null, row);
    let kept = false;
    for (const image of images) kept = this.#put(image, image, row) || kept;
    return kept;
  }

  problem(path: string, reason: string): void {
    this.#problems.push({ path, reason });
  }

  #put(named: ItemFile | null, image: ItemFile | null, row: CollectedRow): boolean {
    const { where, label, part, texts, audio } = row;
    const key = named ? named.file : `\0${row.id}`;
    const before = this.#items.get(key);
    if (!before) {
      const id = named ? named.path : row.id;
      if (this.#ids.has(id)) {
        this.problem(id, `is the id of another item too (${where}): give each its own`);
        return false;
      }
      this.#ids.add(id);
      const item = { id, where, label, part, image, row: row.row, fault: null };
      this.#items.set(key, {
        ...item,
        texts: texts.length === 0 ? noTexts : distinct(texts),
        audio: audio.length === 0 ? noFiles : audio,
      });
      return true;
    }
    if (!named) {
      this.problem(row.id, `is the id of ${before.where} and of ${where}: give each row its own`);
      return false;
    }
    if (before.label !== label || before.part !== part) {
      before.fault ??= `is ${described(before)} in ${before.where} and ${described(row)} in ${where}: keep one`;
      return false;
    }
    if (texts.length > 0) before.texts = distinct([...before.texts, ...texts]);
    const more = audio.filter(({ file }) => !before.audio.some((known) => known.file === file));
    if (more.length > 0) before.audio = [...before.audio, ...more];
    return true;
  }

  /**
   * The items in the order in which they were added.
   *
   * @param fieldsOf what a table says of a row beside
   * @throws NoItemsError where there is none, InputError where none can be taken; with `strict`, also where something is left out.
   */
  table(
    { name, root, notes }: Pick<ItemTable, "name" | "root" | "notes">,
    {
      strict = false,
      classes = null,
      fieldsOf,
    }: {
      readonly strict?: boolean;
      readonly classes?: readonly string[] | null;
      readonly fieldsOf?: (row: number) => Item["fields"];
    } = {},
  ): ItemTable {
    const items: Item[] = [];
    for (const { id, label, part, image, texts, audio, row, fault } of this.#items.values()) {
      if (fault !== null) {
        this.problem(id, fault);
        continue;
      }
      const fields = row === undefined ? undefined : fieldsOf?.(row);
      items.push({ id, label, part, image, texts, audio, ...(fields ? { fields } : {}) });
    }
    const [first] = this.#problems;
    const why = first ? `: ${quoteless(first)}` : "";
    if (strict && first) {
      const others = this.#problems.length > 1 ? ` (and ${this.#problems.length - 1} more)` : "";
      throw new InputError(`${name} has rows or files that --strict refuses${why}${others}`);
    }
    if (items.length === 0) {
      const blank = this.#blank > 0 ? `, ${counted(this.#blank, "row is", "rows are")} empty` : "";
      const message = `${name} has no item, expected at least one picture, text or recording${blank}${why}`;
      throw first ? new InputError(message) : new NoItemsError(message);
    }
    const blankNote =
      this.#blank > 0
        ? [
            `${counted(this.#blank, "row has", "rows have")} neither a picture nor a text nor a recording and ${this.#blank === 1 ? "is" : "are"} left out, such as ${this.#firstBlank}`,
          ]
        : [];
    return {
      ...{ name, root, items },
      ...groupItems(items, classes),
      problems: this.#problems,
      notes: [...notes, ...blankNote],
    };
  }
}

function distinct(texts: readonly string[]): readonly string[] {
  if (texts.length < 2) return texts;
  const all = new Set(texts);
  return all.size === texts.length ? texts : [...all];
}

function described({ label, part }: Pick<CollectedRow, "label" | "part">): string {
  return `${label === null ? "without a label" : quote(label)} (${part})`;
}

function quoteless({ path, reason }: ItemProblem): string {
  return `${path}: ${reason}`;
}
