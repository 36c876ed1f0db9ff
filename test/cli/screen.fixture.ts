import { Writable } from "node:stream";

/** An order to the terminal, or a character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what orders begin with
const sequence = /\x1b\[[\d;?]*[A-Za-z]|\x1b[78]|./gsu;

/**
 * A terminal's screen as far as progress lines use it: text, line breaks, to the start or a column of the line, clearing
 * it, and a saved place. `rows` is what a person sees.
 */
export class Screen extends Writable {
  readonly isTTY = true;
  readonly columns = 100;
  readonly #rows: string[] = [""];
  #row = 0;
  #column = 0;
  #saved = { row: 0, column: 0 };

  constructor() {
    super({ decodeStrings: false });
  }

  get rows(): readonly string[] {
    return this.#rows.map((row) => row.trimEnd()).filter((row) => row !== "");
  }

  override _write(chunk: string, _: string, done: () => void): void {
    for (const [part] of chunk.matchAll(sequence)) this.#take(part);
    done();
  }

  #take(part: string): void {
    const row = this.#rows[this.#row] ?? "";
    if (part === "\n") {
      this.#row++;
      this.#column = 0;
      this.#rows[this.#row] ??= "";
    } else if (part === "\r") this.#column = 0;
    else if (part === "\x1b7") this.#saved = { row: this.#row, column: this.#column };
    else if (part === "\x1b8") ({ row: this.#row, column: this.#column } = this.#saved);
    else if (part.endsWith("G")) this.#column = Number(part.slice(2, -1)) - 1;
    else if (part === "\x1b[0K") this.#rows[this.#row] = row.slice(0, this.#column);
    else if (part === "\x1b[2K") this.#rows[this.#row] = "";
    else if (part.length > 1) throw new Error(`the screen knows no ${JSON.stringify(part)}`);
    else {
      this.#rows[this.#row] =
        row.padEnd(this.#column).slice(0, this.#column) + part + row.slice(++this.#column);
    }
  }
}
