import type { InferenceSession, Tensor } from "onnxruntime-web";
import { RuntimeError } from "../../base/index.ts";
import type { Graph } from "../../graph/index.ts";
import { checkFeeds, checkState, type Program, type RunOptions, type Values } from "../../runtime/index.ts";
import { OrtStore } from "./ortStore.ts";
import { copyOf, fromOrt, type StateSlot, toOrt } from "./stateSlot.ts";
import type { WorkQueue } from "./workQueue.ts";

/** A compiled graph, and what it needs from its runtime. */
export interface OrtProgramParts {
  readonly graph: Graph;
  readonly session: InferenceSession;
  /** Names of state inputs, with the output that replaces each, or null where a run leaves it. */
  readonly state: ReadonlyMap<string, string | null>;
  readonly tensorClass: typeof Tensor;
  readonly queue: WorkQueue;
  release(): Promise<void>;
}

export class OrtProgram implements Program {
  readonly #parts: OrtProgramParts;
  #disposed = false;

  constructor(parts: OrtProgramParts) {
    this.#parts = parts;
  }

  async run(feeds: Values, options: RunOptions = {}): Promise<Values> {
    const { graph, queue, state } = this.#parts;
    queue.check();
    if (this.#disposed) throw new RuntimeError(`the program of graph ${graph.name} was disposed`);
    checkFeeds(graph, feeds);
    const store = options.store instanceof OrtStore ? options.store : undefined;
    if (options.store && store?.queue !== queue) {
      throw new RuntimeError(`graph ${graph.name}: the store belongs to another runtime`);
    }
    checkState(graph, store?.types());
    // The caller may change the feeds after this call, and the run may still have to wait for others.
    const own = options.transfer ? feeds : copies(feeds);
    return queue.add(() => this.#run(own, state.size > 0 ? store : undefined));
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#parts.queue.add(() => this.#parts.release());
  }

  async #run(values: Values, store: OrtStore | undefined): Promise<Values> {
    const { graph, session, state, tensorClass } = this.#parts;
    const feeds: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(values)) feeds[name] = toOrt(tensorClass, value);
    const fetches: Record<string, Tensor | null> = {};
    for (const name of graph.outputs.keys()) fetches[name] = null;
    const updated = new Map<string, StateSlot>();
    for (const [name, next] of state) {
      const slot = store!.slot(name);
      feeds[name] = slot.current;
      if (next === null) continue;
      fetches[next] = slot.target();
      updated.set(next, slot);
    }
    let results: InferenceSession.ReturnType;
    try {
      results = await session.run(feeds, fetches);
    } catch (error) {
      throw new RuntimeError(
        `graph ${graph.name} did not run: ${error instanceof Error ? error.message : error}`,
      );
    }
    for (const [next, slot] of updated) slot.advance(results[next]!);
    return Object.fromEntries([...graph.outputs.keys()].map((name) => [name, fromOrt(results[name]!)]));
  }
}

function copies(feeds: Values): Values {
  return Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, copyOf(value)]));
}
