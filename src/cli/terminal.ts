import { AsyncLocalStorage } from "node:async_hooks";

/** Where a command line reads its interrupts from and writes to: the process's own, or a test's. */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Aborts where the user asks for a stop. Without one, commands that can stop listen to the process's signals. */
  readonly signal?: AbortSignal;
}

/** What one command line leaves behind, beside what it wrote. */
interface CommandState {
  readonly terminal: Terminal;
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

/** Sets the exit code of the command that is running, where it ends without an error. */
export function exitWith(code: number): void {
  state().exitCode = code;
}

/** Runs a command with a terminal of its own, so that several run in one process, and returns its exit code. */
export function withTerminal(terminal: Terminal, command: () => Promise<void>): Promise<number> {
  const own: CommandState = { terminal, exitCode: 0 };
  return running.run(own, async () => {
    await command();
    return own.exitCode;
  });
}
