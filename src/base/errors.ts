/**
 * The errors that Kindred throws on purpose. Each message says what was received, where, what was expected,
 * and what to do; the class says whose fault it is, which is all a caller needs to choose an exit code.
 */

/** Root of every error thrown on purpose. */
export class KindredError extends Error {
  override readonly name: string = "KindredError";
}

/** What the user handed over (a file, a flag, a checkpoint) cannot be used. The command line exits with 2. */
export class InputError extends KindredError {
  override readonly name = "InputError";
}

/** A graph was put together wrongly: the op, the shapes and the broken rule are in the message. */
export class GraphError extends KindredError {
  override readonly name = "GraphError";
}

/** A runtime could not compile or run a valid graph. */
export class RuntimeError extends KindredError {
  override readonly name: string = "RuntimeError";
}

/**
 * The device that a runtime computed on is gone, and with it all state that was in its memory. Nothing can be done with
 * that runtime but dispose of it; another may work.
 */
export class DeviceLostError extends RuntimeError {
  override readonly name = "DeviceLostError";
}

/** Work was stopped by its caller (an `AbortSignal`). */
export class AbortedError extends KindredError {
  override readonly name = "AbortedError";
}
