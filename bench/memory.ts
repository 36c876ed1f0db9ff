import { nodeRuntime } from "../src/node.ts";
import { lessonTrainer } from "./lessonTrainer.ts";

const steps = 2000;
const every = 200;

/** Resident memory of the process over 2,000 training steps of batch 16. */
export async function benchMemory(): Promise<void> {
  const runtime = await nodeRuntime({ device: "cpu" });
  const trainer = await lessonTrainer(runtime, 16);
  const stop = new AbortController();
  let done = 0;
  const readings: string[] = [];
  await trainer.fit({
    signal: stop.signal,
    onStep: () => {
      done++;
      if (done % every === 0) readings.push(`${done}: ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)}`);
      if (done >= steps) stop.abort();
    },
  });
  process.stdout.write(`resident MiB after steps ${readings.join("  ")}\n`);
  await trainer.dispose();
  await runtime.dispose();
}
