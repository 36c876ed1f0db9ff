import { parentPort, workerData } from "node:worker_threads";
import { InputError } from "../../../base/errors.ts";

/** To a thread: a request, that all of them are to be aborted, or that it is to end after them. */
export type ToThread<Request> = { readonly id: number; readonly request: Request } | "abort" | "close";

/** From a thread, of a request: what happens on the way, what came of it, or why nothing did. */
export type FromThread<Result, Event> =
  | { readonly id: number; readonly event: Event }
  | { readonly id: number; readonly result: Result }
  | { readonly id: number; readonly failure: string; readonly isInput: boolean };

export interface ThreadData {
  readonly data: unknown;
  readonly closing: Int32Array<SharedArrayBuffer>;
}

/** What this thread was started with: the `data` of its options. */
export function threadData<Data>(): Data {
  return (workerData as ThreadData).data as Data;
}

export interface ServeOptions<Result> {
  /** Buffers that are given away with a result. */
  readonly transfer?: (result: Result) => readonly ArrayBuffer[];
  /** Whether a request is begun before the one before it is done. Default: one after the other, in the order of arrival. */
  readonly atOnce?: boolean;
}

/**
 * Makes this thread answer the requests of a `Thread`.
 *
 * @param answer is also given what tells of an event, and a signal that `Thread.abort` aborts
 */
export function serveThread<Request, Result, Event = never>(
  answer: (request: Request, tell: (event: Event) => void, signal: AbortSignal) => Result | Promise<Result>,
  { transfer = () => [], atOnce = false }: ServeOptions<Result> = {},
): void {
  const port = parentPort!;
  const { closing } = workerData as ThreadData;
  const stop = new AbortController();
  const post = (message: FromThread<Result, Event>, given: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, [...given]);
  const carryOut = async (id: number, request: Request): Promise<void> => {
    if (Atomics.load(closing, 0) === 1) return;
    try {
      const result = await answer(request, (event) => post({ id, event }), stop.signal);
      post({ id, result }, transfer(result));
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      post({ id, failure, isInput: error instanceof InputError });
    }
  };
  let last: Promise<void> = Promise.resolve();
  port.on("message", (message: ToThread<Request>) => {
    if (message === "abort") stop.abort();
    else if (message === "close") void last.then(() => port.close());
    else {
      const { id, request } = message;
      const before = last;
      const done = atOnce ? carryOut(id, request) : before.then(() => carryOut(id, request));
      last = done.then(() => before);
    }
  });
}
