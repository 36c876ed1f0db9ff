import { availableParallelism } from "node:os";
import { buildGraph, constant, ops, state, tensorData } from "../src/index.ts";
import { nodeRuntime } from "../src/node.ts";
import { ceilings, measured } from "./results.ts";

const rounds = 5;
const milliseconds = 500;
/** The lesson's second layer for a batch of pairs, where most of its operations are. */
const pictures = [128, 32, 13, 13];
const filters = [64, 32, 5, 5];
const operations = 2 * 128 * 64 * 11 * 11 * 32 * 5 * 5;

/** What the processor can do at most, as ONNX Runtime's own inference of the lesson's largest convolution shows it. */
export async function benchCeiling(): Promise<void> {
  for (let round = 0; round < rounds; round++) await readCeiling();
  measured({
    bench: "ceiling",
    what: `convolution ${filters.join(" x ")} of ${pictures.join(" x ")}, ${availableParallelism()} threads`,
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
  const ones = (shape: readonly number[]): Float32Array =>
    new Float32Array(shape.reduce((size, extent) => size * extent, 1)).fill(1);
  const maps = ops.conv2d(state("pictures", pictures), constant("float32", filters, ones(filters)), null, {
    padding: 1,
  });
  // Of the maps only their mean leaves the runtime: reading all of them would take a part of the time.
  const graph = buildGraph({ name: "ceiling", outputs: { mean: ops.reduceMean(maps) } });
  const program = await runtime.compile(graph);
  const store = await runtime.createStore(
    new Map([["pictures", tensorData("float32", pictures, ones(pictures))]]),
  );
  const run = () => program.run({}, { store });
  await run();
  let runs = 0;
  const begin = performance.now();
  let seconds = 0;
  while (seconds * 1000 < milliseconds) {
    await run();
    runs++;
    seconds = (performance.now() - begin) / 1000;
  }
  ceilings.push((operations * runs) / seconds / 1e9);
  await store.dispose();
  await program.dispose();
  await runtime.dispose();
}
