import { describe, expect, it } from "vitest";
import { AbortedError, InputError } from "../../base/index.ts";
import type { TrainingOutcome, TrainingStatus } from "../protocol.ts";
import { type TrainingHost, TrainingSession } from "./trainingSession.ts";

const request = { data: "mnist", recipe: "fast", loss: null, epochs: 1, limit: null, seed: 1 } as const;
const over: TrainingOutcome = { verdict: null, earlyStop: null };

/** A session whose work lasts until it is ended from here, and what it told and asked for. */
function session(changes: Partial<TrainingHost> = {}) {
  const told: Omit<TrainingStatus, "request">[] = [];
  const calls: string[] = [];
  let work = Promise.withResolvers<TrainingOutcome | null>();
  const training = new TrainingSession({
    prepared: false,
    publish: (head) => {
      if (head.type !== "status") return;
      const { request: _, ...status } = head.training;
      told.push(status);
    },
    refusal: (reason) => new Error(`refused: ${reason}`),
    accept: () => void calls.push("accept"),
    train: (_, __, signal) => {
      work = Promise.withResolvers();
      signal.addEventListener("abort", () => work.reject(new AbortedError("stopped")));
      return work.promise;
    },
    release: async () => void calls.push("release"),
    discard: async () => void calls.push("discard"),
    reasonOf: (error) => `failed: ${error instanceof Error ? error.message : error}`,
    ...changes,
  });
  const until = (phase: string): Promise<void> => expect.poll(() => told.at(-1)!.phase).toBe(phase);
  return {
    training,
    told,
    calls,
    until,
    end: (error?: Error) => (error ? work.reject(error) : work.resolve(over)),
  };
}

const phases = (told: readonly Pick<TrainingStatus, "phase">[]): string[] => told.map(({ phase }) => phase);

describe("a training's phases", () => {
  it("go from preparing over a pause to done, and what it held is freed only then", async () => {
    const { training, told, calls, until, end } = session();
    training.start(request);
    training.pause();
    await until("paused");
    expect(calls).toEqual(["accept"]);
    training.resume();
    expect(training.busy).toBe(true);
    end();
    await until("done");
    expect(phases(told)).toEqual(["idle", "preparing", "pausing", "paused", "preparing", "done"]);
    expect(training.status).toEqual({ phase: "done", request, reason: null, outcome: over });
    expect(calls).toEqual(["accept", "release"]);
  });

  it("end with stopped, from a pause too", async () => {
    const { training, told, calls, until } = session();
    training.start(request);
    training.stop();
    await until("stopped");
    training.start(request);
    training.pause();
    await until("paused");
    training.stop();
    await until("stopped");
    expect(phases(told).slice(-3)).toEqual(["paused", "stopping", "stopped"]);
    expect(calls).toEqual(["accept", "release", "accept", "release"]);
  });

  it("refuse what they do not allow, and a request that the host refuses changes nothing", () => {
    const { training } = session();
    expect(() => training.pause()).toThrow(
      "refused: there is no training, so it cannot pause: expected it to be preparing or running",
    );
    const strict = session({
      accept: () => {
        throw new InputError("epochs: received 0");
      },
    });
    expect(() => strict.training.start(request)).toThrow("epochs: received 0");
    expect(phases(strict.told)).toEqual(["idle"]);
  });

  it("of the next one stay as they are where what follows the end of the last one fails late", async () => {
    const late = Promise.withResolvers<void>();
    const { training, told, until, end } = session({ onEnd: () => late.promise });
    training.start(request);
    end();
    await expect.poll(() => training.status.phase).toBe("done");
    training.start(request);
    late.reject(new Error("the pictures are gone"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(training.status.phase).toBe("preparing");
    training.stop();
    expect(phases(told)).not.toContain("failed");
    await until("failed");
  });

  it("end with failed and why, also where what is to follow the end fails", async () => {
    const { training, told, calls, until, end } = session();
    training.start(request);
    end(new Error("no memory"));
    await until("failed");
    expect(told.at(-1)).toEqual({ phase: "failed", reason: "failed: no memory" });
    await expect.poll(() => calls).toEqual(["accept", "discard"]);

    const late = session({ onEnd: () => Promise.reject(new Error("no run")) });
    late.training.start(request);
    late.end();
    await late.until("failed");
    expect(late.told.at(-1)!.reason).toBe("failed: no run");
  });

  it("pause by an error that the host can go on after, unless it is to stop", async () => {
    const lost = { pauseReason: () => "the device was lost" };
    const { training, told, until, end } = session(lost);
    training.start(request);
    end(new Error("lost"));
    await until("paused");
    expect(told.at(-1)!.reason).toBe("the device was lost");
    training.resume();
    training.stop();
    await until("stopped");
  });
});
