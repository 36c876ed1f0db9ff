import { type Fields, InputError } from "../../base/index.ts";
import type { Part } from "../part.ts";

/** A source is there, but is none of items: no table with a column of a modality, and no folder with files of one. */
export class NoItemsError extends InputError {}

/** The modalities that a table of items may have, in the order in which they are told. */
export const itemModalities = ["image", "text", "audio"] as const;
export type ItemModality = (typeof itemModalities)[number];

/** A file of an item: a picture or a recording. */
export interface ItemFile {
  /** Relative to the table's root, with `/`; of a file that a table holds, what the table calls it. */
  readonly path: string;
  /** Where its bytes are: its real path. */
  readonly file: string;
}

/** What belongs together: at most one picture, and any number of texts and recordings of it. */
export interface Item {
  /** The path of its picture, else of its first recording, else the number of its row. */
  readonly id: string;
  /** The name of its class; null where it has none. */
  readonly label: string | null;
  readonly part: Part;
  readonly image: ItemFile | null;
  readonly texts: readonly string[];
  readonly audio: readonly ItemFile[];
  /** What its table says beside; left out where that was not asked for. */
  readonly fields?: Fields;
}

/** What cannot be taken, and why. */
export interface ItemProblem {
  readonly path: string;
  /** What follows the path in a sentence: `is damaged …`. */
  readonly reason: string;
}

/** By what rows are of one thing: their labels, or else texts that are all equal. */
export type ItemGrouping = "label" | "texts" | "none";

/** Items with their values by modality, before any file is decoded. */
export interface ItemTable {
  /** As it was named. */
  readonly name: string;
  /** The real path of the folder that paths are relative to. */
  readonly root: string;
  readonly items: readonly Item[];
  /**
   * `[items]`, the group of each: items of one label are of one group; items without a label are where all their texts are
   * equal. Groups are what a multi-positive loss takes for one thing.
   */
  readonly groups: Int32Array;
  /** Names of the groups by number: labels, or else a text or an id; null where labels are the numbers. */
  readonly groupNames: readonly string[] | null;
  readonly grouping: ItemGrouping;
  /** Rows and files that are left out. */
  readonly problems: readonly ItemProblem[];
  /** What may surprise of how it was read. */
  readonly notes: readonly string[];
}

/** How many values of a modality an item has. */
export function valuesOf(item: Item, modality: ItemModality): number {
  if (modality === "image") return item.image ? 1 : 0;
  return modality === "text" ? item.texts.length : item.audio.length;
}
