import { BackendError, type SpaceMessage } from "kindred/workspace";
import type { Answers, FromWorker, Question, ToWorker } from "./workerMessages.ts";

interface Waiting {
  readonly resolve: (value: Answers[keyof Answers]) => void;
  readonly reject: (error: unknown) => void;
  readonly onPart: ((message: SpaceMessage) => void) | undefined;
}

/** What the line tells of without being asked. */
export type Unasked = Extract<FromWorker, { type: "event" | "changed" | "broken" }>;

export interface AskOptions {
  readonly onPart?: (message: SpaceMessage) => void;
  readonly signal?: AbortSignal;
}

/** Questions and answers between the page and its worker. Once the worker is broken, every question is refused. */
export class WorkerLine {
  readonly #worker: Worker;
  readonly #hear: (unasked: Unasked) => void;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #broken: string | null = null;

  constructor(worker: Worker, hear: (unasked: Unasked) => void) {
    this.#worker = worker;
    this.#hear = hear;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    worker.onerror = (event) => this.#break(event.message || "its program did not load");
    worker.onmessageerror = () => this.#break("a message of it could not be read");
  }

  /** @throws BackendError with what the worker says; AbortError when the signal was given. */
  ask<Type extends Question["type"]>(
    question: Extract<Question, { type: Type }>,
    options: AskOptions = {},
  ): Promise<Answers[Type]> {
    const { onPart, signal } = options;
    if (this.#broken !== null) return Promise.reject(new BackendError(this.#broken));
    if (signal?.aborted) return Promise.reject(aborted());
    const id = this.#next++;
    return new Promise<Answers[Type]>((resolve, reject) => {
      const giveUp = (): void => {
        this.#send({ type: "abort", id });
        if (this.#waiting.delete(id)) reject(aborted());
      };
      const end = (): void => signal?.removeEventListener("abort", giveUp);
      this.#waiting.set(id, {
        // The worker answers a question with what `Answers` has for it.
        resolve: (value) => {
          end();
          resolve(value as Answers[Type]);
        },
        reject: (error) => {
          end();
          reject(error);
        },
        onPart,
      });
      signal?.addEventListener("abort", giveUp);
      this.#send({ type: "ask", id, question });
    });
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "answer":
        this.#take(message.id)?.resolve(message.value);
        break;
      case "refusal":
        this.#take(message.id)?.reject(message.aborted ? aborted() : new BackendError(message.reason));
        break;
      case "part":
        this.#waiting.get(message.id)?.onPart?.(message.message);
        break;
      case "broken":
        this.#break(message.reason);
        break;
      default:
        this.#hear(message);
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #break(reason: string): void {
    if (this.#broken !== null) return;
    const line = reason.split("\n", 1)[0]!;
    this.#broken = `the worker that computes stopped (${line}): reload the page, which keeps the last finished epoch`;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new BackendError(this.#broken));
    this.#waiting.clear();
    this.#hear({ type: "broken", reason: this.#broken });
  }
}

function aborted(): DOMException {
  return new DOMException("the answer is no longer wanted", "AbortError");
}
