import type { Program, Runtime, Store } from "../runtime/index.ts";
import { validationGraph } from "./graphs.ts";
import type { BatchSource } from "./source.ts";
import type { Task } from "./task.ts";

/** The mean loss of a task over the batches of validation rows; keeps a program for each size of batch. */
export class ValidationLoss {
  readonly #runtime: Runtime;
  readonly #task: Task;
  readonly #source: BatchSource;
  readonly #programs = new Map<number, Program>();

  constructor(runtime: Runtime, task: Task, source: BatchSource) {
    this.#runtime = runtime;
    this.#task = task;
    this.#source = source;
  }

  /** That of the parameters in a store. */
  async of(store: Store): Promise<number> {
    let sum = 0;
    for await (const { size, feeds } of this.#source.batches(0, 0)) {
      let program = this.#programs.get(size);
      if (!program) {
        program = await this.#runtime.compile(validationGraph(this.#task, size));
        this.#programs.set(size, program);
      }
      const { loss } = await program.run(feeds, { store, transfer: true });
      sum += Number(loss!.data[0]) * size;
    }
    return sum / this.#source.count;
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs.values()) await program.dispose();
  }
}
