import { availableParallelism } from "node:os";
import { buildGraph, ops, state, type TensorData } from "../src/index.ts";
import { nodeRuntime } from "../src/node.ts";
import { ceilings, measured } from "./results.ts";

const rounds = 5;
const side = 1024;
const milliseconds = 500;

/** What the processor can do at most, as ONNX Runtime's own product of two large matrices shows it. */
export async function benchCeiling(): Promise<void> {
  for (let round = 0; round < rounds; round++) await readCeiling();
  measured({
    bench: "ceiling",
    what: `matrix product of ${side} x ${side}, float32, ${availableParallelism()} threads`,
    unit: "GFLOP/s",
    better: "more",
    digits: 0,
    ours: ceilings,
    peer: "it is what the others are measured by",
    theirs: [],
  });
}

/** Takes one reading for half a second and keeps it, for the fractions in this run's results. */
export async function readCeiling(): Promise<void> {
  const runtime = await nodeRuntime({ device: "cpu" });
  const shape = [side, side];
  const ones: TensorData = { dtype: "float32", shape, data: new Float32Array(side * side).fill(1) };
  const product = ops.matMul(state("a", shape), state("b", shape));
  // Of the product only its mean leaves the runtime: reading all of it would take a part of the time.
  const graph = buildGraph({ name: "ceiling", outputs: { mean: ops.reduceMean(product) } });
  const program = await runtime.compile(graph);
  const store = await runtime.createStore(
    new Map([
      ["a", ones],
      ["b", ones],
    ]),
  );
  const run = () => program.run({}, { store });
  await run();
  let products = 0;
  const begin = performance.now();
  let seconds = 0;
  while (seconds * 1000 < milliseconds) {
    await run();
    products++;
    seconds = (performance.now() - begin) / 1000;
  }
  ceilings.push((2 * side ** 3 * products) / seconds / 1e9);
  await store.dispose();
  await program.dispose();
  await runtime.dispose();
}
