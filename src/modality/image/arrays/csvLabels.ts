import { numberClasses } from "../../../data/classNumbers.ts";

/** The label of a row that has none, until all rows are read. */
export const noLabel = -1;
export const largestLabel = 2 ** 31 - 1;

/** The labels of a table's rows: numbers, or the numbers of their names once one is no number. */
export class CsvLabels {
  #values = new Int32Array(0);
  #count = 0;
  #names: Map<string, number> | null = null;

  /** Whether they are names, and their values the names' numbers. */
  get named(): boolean {
    return this.#names !== null;
  }

  /** `[rows]`, in place; {@link noLabel} where a row has none. */
  get values(): Int32Array {
    return this.#values.subarray(0, this.#count);
  }

  /** The label of the next row. */
  add(label: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Int32Array(Math.max(1024, 2 * this.#count));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#count++] = label;
  }

  /** The number of a label; from the first one on that is none, of its name. */
  numberOf(text: string): number {
    if (text === "") return noLabel;
    const whole = text.replace(/^(\d+)\.0*$/, "$1");
    if (!this.#names) {
      if (/^\d+$/.test(whole) && Number(whole) <= largestLabel) return Number(whole);
      const names = new Map<string, number>();
      this.#names = names;
      const values = this.values;
      for (const [row, label] of values.entries()) {
        if (label !== noLabel) values[row] = numberOfName(names, String(label));
      }
    }
    return numberOfName(this.#names, whole);
  }

  /**
   * The classes of rows by their numbers; null where the labels are numbers that nothing names.
   *
   * @param labels of the rows that are taken; replaced by the classes' numbers
   * @param known names of classes that have their numbers already, by label
   */
  classesOf(labels: Int32Array, known: readonly string[] | null): readonly string[] | null {
    const names = this.#names;
    if (!names && !known) return null;
    const texts = names ? [...names.keys()] : [...new Set(labels)].map(String);
    const { labelOf, classes } = numberClasses(texts, known);
    const numbers = new Map(texts.map((text, i) => [names ? i : Number(text), labelOf(text)]));
    for (const [row, label] of labels.entries()) labels[row] = numbers.get(label)!;
    return classes;
  }
}

function numberOfName(names: Map<string, number>, text: string): number {
  const known = names.get(text);
  if (known !== undefined) return known;
  names.set(text, names.size);
  return names.size - 1;
}
