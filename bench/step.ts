import { nodeRuntime } from "../src/node.ts";
import { readCeiling } from "./ceiling.ts";
import { lessonTrainer } from "./lessonTrainer.ts";
import { runPeer } from "./peer.ts";
import { measured } from "./results.ts";

const batches = [16, 64, 256] as const;
/** Many and short ones: a slow phase of a shared machine then falls on both in turn, and decides no median. */
const rounds = 7;
const seconds = 3;
const warmupSteps = 4;

/** Training pairs per second beside PyTorch's, in alternation, and how late a timer on the main thread was. */
export async function benchStep(): Promise<void> {
  for (const batch of batches) {
    const ours: number[] = [];
    const theirs: number[] = [];
    let latest = 0;
    let peer = "";
    for (let round = 0; round < rounds; round++) {
      const mine = await trainFor(batch);
      ours.push(mine.pairsPerSecond);
      latest = Math.max(latest, mine.timerLateMs);
      await readCeiling();
      const result = await runPeer("step.py", [batch, seconds]);
      if (result.ran) theirs.push(Number(result.value.pairsPerSecond));
      peer = result.ran ? `PyTorch ${result.value.version}, ${result.value.threads} threads` : result.why;
    }
    measured({
      bench: "step",
      what: `training, batch ${batch}`,
      unit: "pairs/s",
      better: "more",
      digits: 0,
      ours,
      peer,
      theirs,
      note: `50 ms timer at most ${latest.toFixed(0)} ms late`,
    });
  }
}

async function trainFor(batch: number): Promise<{ pairsPerSecond: number; timerLateMs: number }> {
  const runtime = await nodeRuntime({ device: "cpu" });
  const trainer = await lessonTrainer(runtime, batch);
  const stop = new AbortController();
  let steps = 0;
  let begin = 0;
  let end = 0;
  let timerLateMs = 0;
  let expected = performance.now() + 50;
  const timer = setInterval(() => {
    const now = performance.now();
    if (begin > 0) timerLateMs = Math.max(timerLateMs, now - expected);
    expected = now + 50;
  }, 50);
  await trainer.fit({
    signal: stop.signal,
    onStep: () => {
      steps++;
      end = performance.now();
      if (steps === warmupSteps) begin = end;
      if (begin > 0 && end - begin > seconds * 1000) stop.abort();
    },
  });
  clearInterval(timer);
  await trainer.dispose();
  await runtime.dispose();
  return { pairsPerSecond: ((steps - warmupSteps) * batch * 1000) / (end - begin), timerLateMs };
}
