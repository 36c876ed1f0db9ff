import { cellsMayHelp, neighboursByCells } from "../../../neighbours/byCells.ts";
import {
  type RuntimeNeighbours,
  type RuntimeNeighboursOptions,
  runtimeNeighbours,
} from "../../../neighbours/exactNeighbours.ts";
import { type DeviceName, installedDevices, nodeRuntime } from "../ort/devices.ts";

/**
 * The exact nearest references of each query, as `runtimeNeighbours`, on runtimes of its own: on the CPU by cells, where
 * that leaves little to be compared, and else on all threads.
 *
 * @throws InputError when the device is not there, or as `runtimeNeighbours` does.
 * @throws AbortedError when stopped by the signal.
 */
export async function nodeNeighbours(
  device: DeviceName | undefined,
  queries: Float32Array,
  references: Float32Array,
  dim: number,
  k: number,
  options: RuntimeNeighboursOptions & { readonly threads?: number | undefined },
): Promise<RuntimeNeighbours> {
  const { threads } = options;
  const onCpu = device === "cpu" || ((device ?? "auto") === "auto" && !installedDevices().includes("cuda"));
  if (onCpu && cellsMayHelp(queries.length / dim, references.length / dim)) {
    // Small matrix products: threads that share one would wait for each other, and for this thread, longer than compute.
    const runtime = await nodeRuntime({ device: "cpu", threads: 1 });
    try {
      const found = await neighboursByCells(runtime, queries, references, dim, k, options);
      if (found) return found;
    } finally {
      await runtime.dispose();
    }
  }
  const runtime = await nodeRuntime({
    ...(device === undefined ? {} : { device }),
    ...(threads === undefined ? {} : { threads }),
  });
  try {
    return await runtimeNeighbours(runtime, queries, references, dim, k, options);
  } finally {
    await runtime.dispose();
  }
}
