import { AbortedError } from "../base/index.ts";
import { hideLines, interrupted, note, type Output } from "./console.ts";
import { terminal, withinCommand } from "./terminal.ts";

/** A signal that the first Ctrl-C aborts. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Leaves Ctrl-C to itself again. */
  dispose(): void;
}

/** Ctrl-C, what `kill` and a system that shuts down send, and the end of the terminal. */
const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The first Ctrl-C (or SIGTERM, or SIGHUP) asks for a stop, a second one ends the process. Where the terminal has a signal
 * of its own, that asks for the stop.
 *
 * @param message said on the first
 */
export function stopOnInterrupt(message: string): Interrupt {
  const controller = new AbortController();
  const { signal } = terminal();
  const stop = withinCommand((): void => {
    controller.abort();
    note(message);
  });
  if (signal) {
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    return { signal: controller.signal, dispose: () => signal.removeEventListener("abort", stop) };
  }
  const onSignal = withinCommand((name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) stop();
    // A terminal that is closed says so twice, through the shell too: what was asked for is under way.
    else if (name !== "SIGHUP") endNow();
  });
  for (const name of stopSignals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of stopSignals) process.off(name, onSignal);
    },
  };
}

/**
 * Does work that the first Ctrl-C stops; then the command says what that leaves and ends with exit code 130.
 *
 * @param message said on the first Ctrl-C
 * @param left said when the work has stopped
 * @param value reported then with `--json`
 */
export async function untilStopped(
  output: Output,
  message: string,
  left: string,
  work: (signal: AbortSignal) => Promise<void>,
  value?: object,
): Promise<void> {
  const stop = stopOnInterrupt(message);
  try {
    await work(stop.signal);
  } catch (error) {
    if (!(error instanceof AbortedError)) throw error;
    interrupted(output, left, value);
  } finally {
    stop.dispose();
  }
}

/**
 * Ends the process at once, as Ctrl-C does where nothing listens to it: for a shell the exit code is 130. Native threads
 * are not waited for, since to tear them down in the middle of a computation aborts the process.
 */
function endNow(): never {
  hideLines();
  // Last, after locks are given back.
  process.on("exit", () => {
    if (process.platform === "win32") return;
    for (const name of stopSignals) process.removeAllListeners(name);
    process.kill(process.pid, "SIGINT");
  });
  return process.exit(130);
}
