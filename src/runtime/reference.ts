import { RuntimeError, type TensorData } from "../base/index.ts";
import type { Graph } from "../graph/index.ts";
import { checkFeeds } from "./checkFeeds.ts";
import { checkRead, checkState, checkWrite } from "./checkState.ts";
import { narrow, widen } from "./reference/array64.ts";
import { evaluateGraph } from "./reference/evaluate.ts";
import type { Program, RunOptions, Runtime, Store, Values } from "./runtime.ts";

/**
 * The runtime to read and to test against: every operator computed by plain loops in float64, rounded to float32
 * only where values leave (outputs, state). A run is carried out wholly within the call, on the calling thread.
 */
export function referenceRuntime(): Runtime {
  const life = new Life("the reference runtime");
  return {
    device: { name: "reference", description: "plain TypeScript loops in float64, one thread" },
    async compile(graph) {
      life.check();
      return new ReferenceProgram(graph, life);
    },
    async createStore(values) {
      life.check();
      return new ReferenceStore(values, life);
    },
    async dispose() {
      life.end();
    },
  };
}

/** Whether something, and all that it lives in, may still be used. */
class Life {
  readonly #what: string;
  readonly #parent: Life | undefined;
  #ended = false;

  constructor(what: string, parent?: Life) {
    this.#what = what;
    this.#parent = parent;
  }

  within(parent: Life): boolean {
    return this.#parent === parent;
  }

  check(): void {
    this.#parent?.check();
    if (this.#ended)
      throw new RuntimeError(`${this.#what} was disposed and cannot be used any more, make a new one`);
  }

  end(): void {
    this.#ended = true;
  }
}

class ReferenceProgram implements Program {
  readonly #graph: Graph;
  readonly #runtime: Life;
  readonly #life: Life;

  constructor(graph: Graph, runtime: Life) {
    this.#graph = graph;
    this.#runtime = runtime;
    this.#life = new Life(`the program of graph ${graph.name}`, runtime);
  }

  async run(feeds: Values, options: RunOptions = {}): Promise<Values> {
    const graph = this.#graph;
    this.#life.check();
    checkFeeds(graph, feeds);
    const held = options.store && this.#own(options.store).tensors();
    checkState(graph, held);
    const values = new Map<string, TensorData>(Object.entries(feeds));
    for (const { source } of graph.inputs) {
      if (source.role === "state") values.set(source.name, held!.get(source.name)!);
    }
    const wide = new Map([...values].map(([name, value]) => [name, widen(value)]));
    const { outputs, updates } = evaluateGraph(graph, wide);
    for (const [name, value] of updates) held!.set(name, narrow(value));
    return Object.fromEntries([...outputs].map(([name, value]) => [name, narrow(value)]));
  }

  #own(store: Store): ReferenceStore {
    if (store instanceof ReferenceStore && store.belongsTo(this.#runtime)) return store;
    throw new RuntimeError(
      `graph ${this.#graph.name}: the store given belongs to another runtime, make it with createStore of this one`,
    );
  }

  async dispose(): Promise<void> {
    this.#life.end();
  }
}

class ReferenceStore implements Store {
  readonly #tensors: Map<string, TensorData>;
  readonly #life: Life;

  constructor(values: ReadonlyMap<string, TensorData>, runtime: Life) {
    this.#tensors = new Map([...values].map(([name, value]) => [name, copy(value)]));
    this.#life = new Life("the store", runtime);
  }

  belongsTo(runtime: Life): boolean {
    return this.#life.within(runtime);
  }

  /** The tensors themselves, not copies. */
  tensors(): Map<string, TensorData> {
    this.#life.check();
    return this.#tensors;
  }

  async read(names?: readonly string[]): Promise<Map<string, TensorData>> {
    this.#life.check();
    return new Map(checkRead(this.#tensors, names).map((name) => [name, copy(this.#tensors.get(name)!)]));
  }

  async write(values: ReadonlyMap<string, TensorData>): Promise<void> {
    this.#life.check();
    checkWrite(this.#tensors, values);
    for (const [name, value] of values) this.#tensors.set(name, copy(value));
  }

  async dispose(): Promise<void> {
    this.#life.end();
  }
}

function copy({ dtype, shape, data }: TensorData): TensorData {
  return { dtype, shape: [...shape], data: data.slice() };
}
