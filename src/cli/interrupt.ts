import { note } from "./console.ts";
import { terminal } from "./terminal.ts";

/** A signal that the first Ctrl-C aborts. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Leaves Ctrl-C to itself again. */
  dispose(): void;
}

/**
 * The first Ctrl-C (or SIGTERM) asks for a stop, a second one ends the process. Where the terminal has a signal of its
 * own, that asks for the stop.
 *
 * @param message said on the first
 */
export function stopOnInterrupt(message: string): Interrupt {
  const controller = new AbortController();
  const { signal } = terminal();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    note(`\n${message}`);
  };
  if (signal) {
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    return { signal: controller.signal, dispose: () => signal.removeEventListener("abort", stop) };
  }
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
