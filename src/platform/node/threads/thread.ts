import { Worker } from "node:worker_threads";
import { InputError } from "../../../base/errors.ts";
import type { FromThread, ThreadData, ToThread } from "./serveThread.ts";

/** The URL of a module beside another: the source runs as it is in Node, and as JavaScript once built. */
export function moduleBeside(url: string, name: string): URL {
  return new URL(`./${name}${url.endsWith(".ts") ? ".ts" : ".js"}`, url);
}

export interface ThreadOptions {
  /** What tools that look at threads call it. */
  readonly name: string;
  /** What the thread is started with, see `threadData`. */
  readonly data?: unknown;
  /**
   * The error of requests to a thread that has ended.
   *
   * @param reason one line
   * @param cause what nobody caught in the thread, where that ended it
   */
  readonly ended: (reason: string, cause?: Error) => Error;
  /** The error of a request that failed in the thread, which lives on. Default: an `InputError` where it was one, else as `ended`. */
  readonly failed?: (message: string, isInput: boolean) => Error;
}

interface Pending<Result, Event> {
  resolve(result: Result): void;
  reject(error: unknown): void;
  readonly onEvent: ((event: Event) => void) | undefined;
}

/**
 * A thread that answers requests, by a module that calls `serveThread`. Nobody waits in vain: a request is rejected when its thread
 * ends, however it does. An idle thread does not keep the process alive.
 */
export class Thread<Request, Result, Event = never> {
  readonly #worker: Worker;
  readonly #options: ThreadOptions;
  readonly #exited: Promise<void>;
  readonly #pending = new Map<number, Pending<Result, Event>>();
  /** One number, shared: 1 from when the thread is closed, so that requests still waiting are left. */
  readonly #closing = new Int32Array(new SharedArrayBuffer(4));
  #asked = 0;
  #end: Error | null = null;

  constructor(url: URL, options: ThreadOptions) {
    this.#options = options;
    const workerData: ThreadData = { data: options.data, closing: this.#closing };
    this.#worker = new Worker(url, { name: options.name, workerData });
    this.#worker.unref();
    this.#worker.on("message", (message: FromThread<Result, Event>) => this.#receive(message));
    let cause: Error | undefined;
    this.#worker.on("error", (error) => {
      cause = error instanceof Error ? error : new Error(String(error));
    });
    // Comes last, also where a thread could not be begun.
    this.#exited = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        this.#stop(options.ended(cause?.message.split("\n", 1)[0] ?? `it ended with code ${code}`, cause));
        resolve();
      });
    });
  }

  /** Whether it takes no more requests. */
  get ended(): boolean {
    return this.#end !== null;
  }

  /**
   * @param transfer buffers that are given away with the request
   * @param onEvent told what the thread tells on the way; must not throw
   * @throws what `failed` and `ended` of the options make.
   */
  request(
    request: Request,
    transfer: readonly ArrayBuffer[] = [],
    onEvent?: (event: Event) => void,
  ): Promise<Result> {
    if (this.#end) return Promise.reject(this.#end);
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#worker.postMessage({ id, request } satisfies ToThread<Request>, [...transfer]);
      if (this.#pending.size === 0) this.#worker.ref();
      this.#pending.set(id, { resolve, reject, onEvent });
    });
  }

  /** Aborts the signal of all that the thread does. */
  abort(): void {
    this.#worker.postMessage("abort" satisfies ToThread<Request>);
  }

  /** Rejects what is pending, and ends the thread after the request that it is at. */
  async close(reason: Error): Promise<void> {
    this.#stop(reason);
    Atomics.store(this.#closing, 0, 1);
    this.#worker.ref();
    this.#worker.postMessage("close" satisfies ToThread<Request>);
    await this.#exited;
  }

  /** Rejects what is pending, and ends the thread at once, wherever it is. */
  async terminate(reason = this.#options.ended("it was ended")): Promise<void> {
    this.#stop(reason);
    await this.#worker.terminate();
  }

  #receive(message: FromThread<Result, Event>): void {
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if ("event" in message) {
      pending.onEvent?.(message.event);
      return;
    }
    this.#pending.delete(message.id);
    if (this.#pending.size === 0) this.#worker.unref();
    if ("result" in message) pending.resolve(message.result);
    else pending.reject(this.#errorOf(message.failure, message.isInput));
  }

  #errorOf(failure: string, isInput: boolean): Error {
    const { failed, ended } = this.#options;
    if (failed) return failed(failure, isInput);
    return isInput ? new InputError(failure) : ended(failure);
  }

  #stop(reason: Error): void {
    this.#end ??= reason;
    for (const { reject } of this.#pending.values()) reject(this.#end);
    this.#pending.clear();
  }
}
