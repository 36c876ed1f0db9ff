import {
  adamW,
  constantRate,
  type ImageDataset,
  labelTask,
  Rng,
  type Runtime,
  resnetEncoder,
  splitDatasets,
  supConLoss,
  Trainer,
} from "../src/index.ts";
import { nodeRuntime } from "../src/node.ts";
import { readCeiling } from "./ceiling.ts";
import { lessonTrainer } from "./lessonTrainer.ts";
import { runPeer } from "./peer.ts";
import { measured } from "./results.ts";

/** Many and short ones: a slow phase of a shared machine then falls on all in turn, and decides no median. */
const rounds = 7;
const seconds = 3;
const warmupSteps = 4;

/** PyTorch as one writes it, and with what it has to be faster: channels last and a fused optimizer. */
const modes = ["eager", "tuned"] as const;

interface StepBenchmark {
  readonly bench: "step" | "resnet";
  readonly what: string;
  readonly unit: "pairs/s" | "pictures/s";
  /** What `peers/step.py` calls the same encoder. */
  readonly model: "lesson" | "resnet";
  readonly batches: readonly number[];
  trainer(runtime: Runtime, batch: number): Promise<Trainer>;
}

/** Training pairs a second of the lesson. */
export const benchStep = (): Promise<void> =>
  besidePytorch({
    bench: "step",
    what: "training",
    unit: "pairs/s",
    model: "lesson",
    batches: [16, 64, 256],
    trainer: lessonTrainer,
  });

/** Training pictures a second of the encoder that is advised for photos. */
export const benchResnet = (): Promise<void> =>
  besidePytorch({
    bench: "resnet",
    what: "training resnet on 3 x 32 x 32, SupCon and AdamW",
    unit: "pictures/s",
    model: "resnet",
    batches: [64, 256],
    trainer: resnetTrainer,
  });

/** Ours and each mode of PyTorch in turn, and how late a timer on the main thread was. */
async function besidePytorch({ bench, what, unit, model, batches, trainer }: StepBenchmark): Promise<void> {
  for (const batch of batches) {
    const ours: number[] = [];
    const theirs = modes.map((): number[] => []);
    const peers: string[] = [];
    let latest = 0;
    for (let round = 0; round < rounds; round++) {
      const mine = await trainFor(batch, trainer);
      ours.push(mine.perSecond);
      latest = Math.max(latest, mine.timerLateMs);
      await readCeiling();
      for (const [at, mode] of modes.entries()) {
        const result = await runPeer("step.py", [model, batch, seconds, mode]);
        if (result.ran) theirs[at]!.push(Number(result.value.perSecond));
        peers[at] = result.ran
          ? `PyTorch ${result.value.version} ${mode}, ${result.value.threads} threads`
          : result.why;
      }
    }
    for (const at of modes.keys()) {
      measured({
        ...{ bench, unit, ours },
        what: `${what}, batch ${batch}`,
        better: "more",
        digits: 0,
        peer: peers[at]!,
        theirs: theirs[at]!,
        ...(at === 0 ? { note: `50 ms timer at most ${latest.toFixed(0)} ms late` } : {}),
      });
    }
  }
}

/** Noise in ten classes: what is in a picture costs no time. */
async function resnetTrainer(runtime: Runtime, batchSize: number): Promise<Trainer> {
  const count = 2048;
  const rng = Rng.of(1, "bench pictures");
  const pictures: ImageDataset = {
    name: "noise",
    ...{ count, channels: 3, height: 32, width: 32 },
    pixels: Uint8Array.from({ length: count * 3 * 32 * 32 }, () => rng.int(256)),
    labels: Int32Array.from({ length: count }, (_, row) => row % 10),
  };
  return Trainer.create({
    ...{ runtime, batchSize, ...splitDatasets(pictures, 0) },
    task: labelTask(resnetEncoder(), supConLoss),
    optimizer: adamW(),
    schedule: constantRate(0.001),
    epochs: 1000,
    seed: 1,
  });
}

async function trainFor(
  batch: number,
  make: StepBenchmark["trainer"],
): Promise<{ perSecond: number; timerLateMs: number }> {
  const runtime = await nodeRuntime({ device: "cpu" });
  const trainer = await make(runtime, batch);
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
  return { perSecond: ((steps - warmupSteps) * batch * 1000) / (end - begin), timerLateMs };
}
