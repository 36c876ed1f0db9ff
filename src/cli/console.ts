import { SingleBar } from "cli-progress";
import { printable, printableJson } from "../base/index.ts";
import { exitWith, type ShownLine, shownLines, terminal } from "./terminal.ts";

/** Where a command talks: progress and notes to stderr, results to stdout; with `--json` stdout holds one object. */
export interface Output {
  readonly json: boolean;
}

/** A line for people, kept off stdout so that results can be piped. What a terminal would obey is escaped. */
export function note(text: string): void {
  hideLines();
  terminal().stderr.write(`${printable(text)}\n`);
}

/** A command's result: the object with `--json`, else the lines, each as {@link note} writes it. */
export function result(output: Output, value: unknown, ...lines: readonly string[]): void {
  hideLines();
  const text = output.json ? jsonText(value) : lines.map(printable).join("\n");
  terminal().stdout.write(`${text}\n`);
}

/** The end of a command that the user stopped: a line for people, an object with `--json`, and exit code 130. */
export function interrupted({ json }: Output, text: string, value: object = {}): void {
  note(text);
  if (json) terminal().stdout.write(`${jsonText({ ...value, interrupted: true })}\n`);
  exitWith(130);
}

/** Takes progress off the screen, so that what is written next has a line of its own. */
export function hideLines(): void {
  for (const line of shownLines()) line.hide();
}

function jsonText(value: unknown): string {
  return printableJson(JSON.stringify(value));
}

/** `3 s`, `2 min 05 s`, `1 h 02 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** A progress line on stderr with a text of its own; without a terminal it is printed every few seconds. */
export class ProgressLine implements ShownLine {
  readonly #bar: SingleBar;
  readonly #shown = shownLines();
  readonly #onScreen = terminal().stderr.isTTY === true;
  #active = false;

  constructor(title: string) {
    this.#bar = new SingleBar({
      format: `${title} {bar} {percentage}% {detail}`,
      stream: terminal().stderr,
      barsize: 24,
      barCompleteChar: "━",
      barIncompleteChar: "─",
      // Either would stay so where the process is killed: a hidden cursor, and lines that are cut off.
      hideCursor: false,
      linewrap: true,
      clearOnComplete: true,
      noTTYOutput: true,
      notTTYSchedule: 10_000,
      fps: 8,
    });
  }

  update(done: number, total: number, text: string): void {
    const detail = printable(text);
    if (!this.#active) this.#bar.start(total, done, { detail });
    else {
      this.#bar.setTotal(total);
      this.#bar.update(done, { detail });
    }
    this.#active = true;
    this.#shown.add(this);
  }

  hide(): void {
    if (this.#onScreen) this.end();
  }

  end(): void {
    this.#shown.delete(this);
    if (this.#active) this.#bar.stop();
    this.#active = false;
  }
}

/** A progress line for one stage of the work after the other, with its rate and the time it has left. */
export class StageLine {
  #stage = "";
  #line: ProgressLine | undefined;
  #began = 0;

  update(stage: string, done: number, total: number): void {
    if (stage !== this.#stage) {
      this.end();
      this.#stage = stage;
      this.#line = new ProgressLine(stage.padEnd(15));
      this.#began = performance.now();
    }
    const seconds = (performance.now() - this.#began) / 1000;
    const rate = done / seconds;
    const left =
      done > 0 && seconds > 0.5 ? `${Math.round(rate)}/s  ${duration((total - done) / rate)} left` : "";
    this.#line?.update(done, total, left);
  }

  end(): void {
    this.#line?.end();
    this.#line = undefined;
    this.#stage = "";
  }
}

/** Cells in columns, each to the left (`<`) or to the right (`>`) of its own. */
export function columns(rows: readonly (readonly string[])[], sides: string): string[] {
  const lengthOf = (cell: string): number => [...cell].length;
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => lengthOf(row[at]!))));
  const padded = (cell: string, at: number): string => {
    const space = " ".repeat(widths[at]! - lengthOf(cell));
    return sides[at] === ">" ? space + cell : cell + space;
  };
  return rows.map((row) => row.map(padded).join("  ").trimEnd());
}
