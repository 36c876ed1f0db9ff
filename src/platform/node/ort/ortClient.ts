import { Worker } from "node:worker_threads";
import { RuntimeError } from "../../../base/index.ts";
import type { Closing, Envelope, Request, Response, Tensors, WorkerOptions } from "./ortProtocol.ts";

// The source runs as it is in Node, and as JavaScript once built.
const workerUrl = new URL(
  import.meta.url.endsWith(".ts") ? "./ortWorker.ts" : "./ortWorker.js",
  import.meta.url,
);

interface Pending {
  resolve(tensors: Tensors | undefined): void;
  reject(error: RuntimeError): void;
}

/** The main thread's end of the line to the thread that owns ONNX Runtime. */
export class OrtClient {
  readonly #worker: Worker;
  readonly #closing = new Int32Array(new SharedArrayBuffer(4));
  readonly #ended: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #closed: string | null = null;

  constructor(options: Omit<WorkerOptions, "closing">) {
    const workerData: WorkerOptions = { ...options, closing: this.#closing };
    this.#worker = new Worker(workerUrl, { workerData, name: "onnxruntime" });
    this.#ended = new Promise((resolve) => this.#worker.once("exit", () => resolve()));
    // An idle runtime must not keep the process alive.
    this.#worker.unref();
    this.#worker.on("message", (response: Response) => this.#settle(response));
    this.#worker.on("error", (error) => this.#fail(`the ONNX Runtime thread failed: ${error.message}`));
    this.#worker.on("exit", (code) => this.#fail(`the ONNX Runtime thread ended with code ${code}`));
  }

  /** @throws RuntimeError with ONNX Runtime's own message. */
  request(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Tensors | undefined> {
    if (this.#closed !== null) return Promise.reject(new RuntimeError(this.#closed));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#worker.ref();
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request } satisfies Envelope, [...transfer]);
    });
  }

  /**
   * Refuses what is under way and ends the thread after the request that it is at: ending it inside a call of ONNX
   * Runtime would end the whole process.
   */
  async close(): Promise<void> {
    this.#fail("this runtime was disposed");
    Atomics.store(this.#closing, 0, 1);
    this.#worker.ref();
    this.#worker.postMessage("close" satisfies Closing);
    await this.#ended;
  }

  #settle(response: Response): void {
    const pending = this.#pending.get(response.id);
    this.#pending.delete(response.id);
    if (this.#pending.size === 0 && this.#closed === null) this.#worker.unref();
    if (response.ok) pending?.resolve(response.tensors);
    else pending?.reject(new RuntimeError(response.message));
  }

  #fail(reason: string): void {
    this.#closed ??= reason;
    for (const { reject } of this.#pending.values()) reject(new RuntimeError(this.#closed));
    this.#pending.clear();
  }
}
