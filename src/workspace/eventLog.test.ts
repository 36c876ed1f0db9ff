import { describe, expect, it } from "vitest";
import { EventLog } from "./eventLog.ts";
import type { EventHead, TrainingPhase } from "./protocol.ts";

function status(phase: TrainingPhase): EventHead {
  return { type: "status", training: { phase, request: null, reason: null } };
}

function step(number: number): EventHead {
  const rest = { epochs: 1, loss: 1, perSecond: 1, unit: "pictures", secondsLeft: 1 } as const;
  return { type: "step", step: number, epoch: number, ...rest };
}

function logOf(heads: readonly EventHead[]): EventLog<EventHead> {
  const log = new EventLog<EventHead>();
  for (const head of heads) log.add(head, head);
  return log;
}

describe("what a late listener is told", () => {
  it("begins with the newest status and run, and has the steps in order", () => {
    const heads = [
      status("idle"),
      { type: "run", run: null } as const,
      status("preparing"),
      step(1),
      step(2),
    ];
    const told = logOf([...heads, status("running")]).told();
    expect(told).toEqual([status("running"), heads[1], step(1), step(2)]);
  });

  it("keeps at most 400 steps, the first and the newest among them", () => {
    const steps = Array.from({ length: 3001 }, (_, i) => step(i));
    const told = logOf(steps)
      .told()
      .map((head) => (head.type === "step" ? head.step : -1));
    expect(told.length).toBeLessThanOrEqual(400);
    expect(told.length).toBeGreaterThan(150);
    expect([told[0], told.at(-1)]).toEqual([0, 3000]);
  });

  it("forgets a training when the next begins, and not when one goes on", () => {
    const course = [status("preparing"), step(1), status("paused"), status("running"), step(2)];
    expect(logOf(course).told()).toHaveLength(3);
    expect(logOf([...course, status("paused"), status("preparing")]).told()).toHaveLength(3);
    expect(logOf([...course, status("done"), status("preparing")]).told()).toHaveLength(1);
  });
});
