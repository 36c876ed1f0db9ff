import { crc32, InputError, KindredError, Rng } from "../../base/index.ts";
import type { Column, Ports, Preview, Vary } from "../../data/column.ts";
import { registerModality } from "../modality.ts";
import { normalizeText } from "./normalize.ts";
import type { TextPreparation } from "./preparation.ts";

registerModality({ name: "text", items: "texts" });

/** Most characters of an excerpt. */
const excerptLength = 200;

/** Texts as a column, prepared for a tower; a row may have several, or none. */
export class TextColumn implements Column {
  readonly modality = "text";
  readonly name: string;
  /** `[count]`, those of each row that are not empty. */
  readonly texts: readonly (readonly string[])[];
  readonly preparation: TextPreparation;

  constructor(name: string, texts: readonly (readonly string[])[], preparation: TextPreparation) {
    this.name = name;
    this.texts = texts.map((row) => row.filter((text) => normalizeText(text) !== ""));
    this.preparation = preparation;
  }

  get count(): number {
    return this.texts.length;
  }

  get ports() {
    return this.preparation.ports;
  }

  has(row: number): boolean {
    return (this.texts[row]?.length ?? 0) > 0;
  }

  /** The texts of a row. */
  of(row: number): readonly string[] {
    if (!this.has(row)) throw new KindredError(`row ${row} of ${this.name} has no text`);
    return this.texts[row]!;
  }

  /** The first text of each row. */
  gather(rows: Uint32Array): Ports {
    return this.preparation.prepare(Array.from(rows, (row) => this.of(row)[0]!)).ports;
  }

  fingerprint(): string {
    const sum = crc32(new TextEncoder().encode(JSON.stringify(this.texts)));
    return `${this.count}-${sum.toString(16).padStart(8, "0")}`;
  }

  /** The first text of a row, cut to 200 characters. */
  readonly preview = (row: number): Preview => textPreview(this.of(row)[0]!);

  /** One of a row's texts, as it is. */
  readonly vary: Vary = variedTexts();
}

/** What a text is shown by: its first 200 characters. */
export function textPreview(text: string): Preview {
  const characters = [...text.toWellFormed()];
  const excerpt =
    characters.length > excerptLength ? [...characters.slice(0, excerptLength - 1), "…"] : characters;
  return { mediaType: "text/plain", bytes: new TextEncoder().encode(excerpt.join("")) };
}

/** Several texts of each row as a column of modality `text`; empty ones are left out. */
export function textColumn(
  name: string,
  texts: readonly (readonly string[])[],
  preparation: TextPreparation,
): TextColumn {
  return new TextColumn(name, texts, preparation);
}

export interface VariedTextsOptions {
  /** With which probability a text of several words loses one of them. Default 0: a name of two words may become another's. */
  readonly dropWord?: number;
}

/**
 * Varies texts at random: draws one of each row's. Each batch is drawn from a stream of the seed, the epoch and its own number.
 *
 * @throws InputError for a probability out of range, or a column that gives no texts.
 */
export function variedTexts(options: VariedTextsOptions = {}): Vary {
  const { dropWord = 0 } = options;
  if (!(dropWord >= 0 && dropWord <= 1))
    throw new InputError(`dropWord is ${dropWord}, expected a probability from 0 to 1`);
  return (column, seed) => {
    if (!(column instanceof TextColumn)) {
      const given = column.ports.map(({ name }) => name).join(", ");
      throw new InputError(`${column.name} gives ${given}, and only texts can be varied so`);
    }
    return {
      ahead: 0,
      gather: (rows, epoch, batch) => {
        const rng = Rng.of(seed, "texts", epoch, batch);
        const drawn = Array.from(rows, (row) => {
          const texts = column.of(row);
          const text = texts[rng.int(texts.length)]!;
          // Drawn for every text, so that what one text is does not change what becomes of the next.
          const drops = rng.float() < dropWord;
          return drops ? withoutOneWord(text, rng.float()) : text;
        });
        return column.preparation.prepare(drawn).ports;
      },
    };
  };
}

/** @param at which word, from 0 to 1 */
function withoutOneWord(text: string, at: number): string {
  const words = text.split(/\s+/u).filter((word) => word !== "");
  return words.length < 2 ? text : words.toSpliced(Math.floor(at * words.length), 1).join(" ");
}
