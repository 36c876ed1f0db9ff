import {
  DeviceLostError,
  type ImageDataset,
  type Program,
  Rng,
  type Runtime,
  referenceRuntime,
  type TensorData,
} from "kindred";
import { type EventHead, TrainingSession, type TrainingStatus } from "kindred/workspace";
import { describe, expect, it, vi } from "vitest";
import type { BrowserRun } from "./browserRun.ts";
import { BrowserTraining } from "./browserTraining.ts";

// As the site's build has it.
vi.hoisted(() => Object.assign(globalThis, { __MNIST_MEGABYTES__: "9" }));

/** Bars of two directions on a grainy ground. */
function bars(count: number): ImageDataset {
  const rng = Rng.of(1, "bars");
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const pixels = Uint8Array.from({ length: count * 64 }, (_, i) => {
    const [picture, y, x] = [Math.floor(i / 64), Math.floor(i / 8) % 8, i % 8];
    const along = labels[picture] === 0 ? x : y;
    return (along === 2 + (picture % 4) ? 180 : 0) + Math.floor(rng.uniform(0, 60));
  });
  return { name: "bars", count, channels: 1, height: 8, width: 8, pixels, labels };
}

const request = { data: "mnist", recipe: "fast", loss: null, epochs: 3, limit: null, seed: 3 } as const;
const lostMessage = "the graphics processor was lost (it was unplugged)";

/** The reference runtime under the name of a device that can be lost, which is lost at a run of training. */
class LosableRuntime implements Runtime {
  readonly device = { name: "webgpu", description: "webgpu (a test)" };
  readonly #inner = referenceRuntime();
  readonly #loseAt: number;
  #runs = 0;
  disposed = false;

  constructor(loseAt: number) {
    this.#loseAt = loseAt;
  }

  async compile(graph: Parameters<Runtime["compile"]>[0]): Promise<Program> {
    const program = await this.#inner.compile(graph);
    return {
      run: (feeds, options) => {
        if (graph.updates.size > 0) this.#runs++;
        if (this.#runs >= this.#loseAt) return Promise.reject(new DeviceLostError(lostMessage));
        return program.run(feeds, options);
      },
      dispose: () => program.dispose(),
    };
  }

  createStore(values: ReadonlyMap<string, TensorData>) {
    return this.#inner.createStore(values);
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

/** A training whose runtimes are lost at these runs of training, each counted from its own beginning. */
function training(loseAt: readonly number[]) {
  const heads: EventHead[] = [];
  const runtimes: LosableRuntime[] = [];
  const reasons: unknown[] = [];
  let current: LosableRuntime | null = null;
  let run: BrowserRun | null = null;
  const pictures = bars(60);
  const host = new BrowserTraining({
    publish: (head) => void heads.push(head),
    runtime: async () => {
      if (current === null) {
        current = new LosableRuntime(loseAt[runtimes.length] ?? Number.POSITIVE_INFINITY);
        runtimes.push(current);
      }
      return current;
    },
    dataset: async () => pictures,
    onCheckpoint: async (changed) => {
      run = changed;
    },
    onFailure: async (reason) => {
      reasons.push(reason);
      await current?.dispose();
      current = null;
    },
  });
  const work = new TrainingSession(host);
  const until = (...phases: readonly TrainingStatus["phase"][]): Promise<void> =>
    expect.poll(() => work.status.phase, { timeout: 50_000 }).toSatisfy((phase) => phases.includes(phase));
  return { work, heads, runtimes, reasons, until, weights: () => run!.weights(2) };
}

describe("the training of the page", () => {
  it("is paused when its device is lost, and goes on from the end of the last epoch as if nothing had been", async () => {
    const whole = training([]);
    whole.work.start(request);
    await whole.until("done", "failed");
    const steps = whole.heads.filter(({ type }) => type === "step").length;
    expect(whole.work.status).toMatchObject({ phase: "done", reason: null });

    const perEpoch = lastStep(whole.heads) / 3;
    expect(steps).toBeGreaterThan(0);
    // In the second epoch, and once more in it.
    const lost = training([perEpoch + 1, 1]);
    lost.work.start(request);
    for (const losses of [1, 2]) {
      await lost.until("paused", "failed");
      expect(lost.reasons).toHaveLength(losses);
      expect(lost.work.status).toMatchObject({
        phase: "paused",
        reason: `${lostMessage}; Resume makes one and goes on from the end of epoch 1`,
      });
      lost.work.resume();
    }
    await lost.until("done", "failed");
    expect(lost.work.status).toMatchObject({ phase: "done", reason: null });
    expect(lost.runtimes.map(({ disposed }) => disposed)).toEqual([true, true, false]);
    const [expected, received] = [whole.weights(), lost.weights()];
    expect([...received.keys()]).toEqual([...expected.keys()]);
    for (const [name, { data }] of expected) expect(received.get(name)!.data, name).toEqual(data);
    expect(epochs(lost.heads)).toEqual([1, 2, 3]);
  });

  it("begins anew where no epoch was finished, and can be stopped instead", async () => {
    const { work, until } = training([1]);
    work.start(request);
    await until("paused", "failed");
    expect(work.status.reason).toBe(`${lostMessage}; Resume makes one and goes on from its beginning`);
    work.stop();
    await until("stopped");
    expect(work.status.reason).toBeNull();
  });
});

function lastStep(heads: readonly EventHead[]): number {
  return Math.max(...heads.map((head) => (head.type === "map" ? head.step : 0)));
}

function epochs(heads: readonly EventHead[]): number[] {
  return heads.flatMap((head) => (head.type === "epoch" ? [head.metrics.epoch] : []));
}
