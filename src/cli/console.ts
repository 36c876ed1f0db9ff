import { SingleBar } from "cli-progress";
import { exitWith, terminal } from "./terminal.ts";

/** Where a command talks: progress and notes to stderr, results to stdout; with `--json` stdout holds one object. */
export interface Output {
  readonly json: boolean;
}

/** A line for people, kept off stdout so that results can be piped. */
export function note(text: string): void {
  terminal().stderr.write(`${text}\n`);
}

/** A command's result: the object with `--json`, else the text. */
export function result(output: Output, value: unknown, text: string): void {
  terminal().stdout.write(output.json ? `${JSON.stringify(value)}\n` : `${text}\n`);
}

/** The end of a command that the user stopped: a line for people, an object with `--json`, and exit code 130. */
export function interrupted({ json }: Output, text: string, value: object = {}): void {
  note(text);
  if (json) terminal().stdout.write(`${JSON.stringify({ ...value, interrupted: true })}\n`);
  exitWith(130);
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
export class ProgressLine {
  readonly #bar: SingleBar;
  #active = false;

  constructor(title: string) {
    this.#bar = new SingleBar({
      format: `${title} {bar} {percentage}% {detail}`,
      stream: terminal().stderr,
      barsize: 24,
      barCompleteChar: "━",
      barIncompleteChar: "─",
      hideCursor: true,
      clearOnComplete: true,
      noTTYOutput: true,
      notTTYSchedule: 10_000,
      fps: 8,
    });
  }

  update(done: number, total: number, detail: string): void {
    if (!this.#active) this.#bar.start(total, done, { detail });
    else {
      this.#bar.setTotal(total);
      this.#bar.update(done, { detail });
    }
    this.#active = true;
  }

  end(): void {
    if (this.#active) this.#bar.stop();
    this.#active = false;
  }
}
