import type { Program, Runtime } from "kindred";

/**
 * The runtime, with a turn of the event loop after each run: WebAssembly computes on the worker's own thread, and promises
 * alone never let a message in, so that nobody could pause a training.
 */
export function takingTurns(runtime: Runtime): Runtime {
  return {
    device: runtime.device,
    compile: async (graph) => withTurns(await runtime.compile(graph)),
    createStore: (values) => runtime.createStore(values),
    dispose: () => runtime.dispose(),
  };
}

function withTurns(program: Program): Program {
  return {
    async run(feeds, options) {
      const values = await program.run(feeds, options);
      await turn();
      return values;
    },
    dispose: () => program.dispose(),
  };
}

const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port1.onmessage = () => waiting.shift()?.();

/** Lets messages and timers run. A message to oneself comes at once; a timer would be held back for 4 ms. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(null);
  });
}
