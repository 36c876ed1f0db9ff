import { AsyncLocalStorage } from "node:async_hooks";
import { describeIoError } from "../platform/node/files/files.ts";

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Where a command line reads its interrupts from and writes to: the process's own, or a test's. */
export interface Terminal {
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Aborts where the user asks for a stop. Without one, commands that can stop listen to the process's signals. */
  readonly signal?: AbortSignal;
}

/** A line on the terminal's screen that is written over as long as it is shown. */
export interface ShownLine {
  /** Takes it off the screen; it comes back with its next change. */
  hide(): void;
}

/** What one command line leaves behind, beside what it wrote. */
interface CommandState {
  readonly terminal: Terminal;
  readonly shown: Set<ShownLine>;
  exitCode: number;
}

const running = new AsyncLocalStorage<CommandState>();

function state(): CommandState {
  const found = running.getStore();
  if (!found) throw new Error("no command is running: call it through main()");
  return found;
}

/** The terminal of the command that is running. */
export function terminal(): Terminal {
  return state().terminal;
}

/** The lines of the running command that are written over. */
export function shownLines(): Set<ShownLine> {
  return state().shown;
}

/** Sets the exit code of the command that is running, where it ends without an error. */
export function exitWith(code: number): void {
  state().exitCode = code;
}

/** Has a listener run as part of the command that is running, whoever calls it. */
export function withinCommand<T extends (...args: never[]) => unknown>(listener: T): T {
  state();
  return AsyncLocalStorage.bind(listener);
}

/**
 * Runs a command with a terminal of its own, so that several run in one process, and returns its exit code.
 *
 * A reader that has gone (`| head -1`) ends nothing: what is left to write is dropped, and the command does its work. Nor
 * does anything that is wrong with stderr. A stdout that cannot take the result (a full disk) is a failure.
 */
export function withTerminal(terminal: Terminal, command: () => Promise<void>): Promise<number> {
  const own: CommandState = { terminal, shown: new Set(), exitCode: 0 };
  const lost = failureOf(terminal.stdout);
  failureOf(terminal.stderr);
  return running.run(own, async () => {
    await command();
    // Whatever was written before has met its error by then.
    await new Promise<void>((resolve) => terminal.stdout.write("", () => resolve()));
    if (lost.error !== null && own.exitCode === 0) {
      own.exitCode = 1;
      terminal.stderr.write(`kindred: ${describeIoError(lost.error, "written", "stdout")}\n`);
    }
    return own.exitCode;
  });
}

interface Failure {
  error: Error | null;
}

/** By stream, as a process's own outlives every command, and its errors may come late. */
const failures = new WeakMap<Stream, Failure>();

/** The first error of a stream from now on that is not its reader's going. */
function failureOf(stream: Stream): Failure {
  const failure = failures.get(stream) ?? { error: null };
  if (!failures.has(stream)) {
    failures.set(stream, failure);
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (!readerGone.includes(error.code ?? "")) failure.error ??= error;
    });
  }
  return failure;
}

/** EIO: a terminal that was closed. */
const readerGone = ["EPIPE", "ECONNRESET", "EIO", "ERR_STREAM_DESTROYED"];
