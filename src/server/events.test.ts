import { describe, expect, it } from "vitest";
import { MessageReader, type StepHead } from "../workspace/index.ts";
import { Events } from "./events.ts";

describe("Events", () => {
  const step = (n: number): StepHead => ({
    ...{ type: "step", unit: "pairs" },
    ...{ step: n, epoch: 0, epochs: 1, loss: 1, perSecond: 1, secondsLeft: 1 },
  });

  it("drops who does not read, and goes on for the others", async () => {
    const events = new Events();
    const slow = events.listen().getReader();
    const quick = events.listen().getReader();
    const reader = new MessageReader();
    let read = 0;
    const positions = new Float32Array(2 ** 18);
    for (let i = 0; i < 20; i++) {
      events.publish({ type: "map", step: i, epoch: 0, knn1: 0, loss: null }, { positions });
      const { value } = await quick.read();
      read += reader.push(value!).length;
    }
    expect(read).toBe(20);
    expect(events.listeners).toBe(1);
    await expect(slow.read()).rejects.toThrow(/too slowly/);
    events.close();
    expect((await quick.read()).done).toBe(true);
  });

  it("forgets a listener that leaves, and a training when another begins", async () => {
    const events = new Events();
    const stream = events.listen();
    expect(events.listeners).toBe(1);
    await stream.cancel();
    expect(events.listeners).toBe(0);
    events.publish({ type: "run", run: null });
    for (let i = 0; i < 1000; i++) events.publish(step(i));
    const told = async (): Promise<string[]> => {
      const reader = events.listen().getReader();
      const messages = new MessageReader();
      const types: string[] = [];
      events.publish({ type: "beat" });
      for (;;) {
        for (const { head } of messages.push((await reader.read()).value!)) {
          if (head.type === "beat") {
            await reader.cancel();
            return types;
          }
          types.push(head.type);
        }
      }
    };
    const before = await told();
    expect(before.filter((type) => type === "step").length).toBeGreaterThan(200);
    expect(before.filter((type) => type === "step").length).toBeLessThanOrEqual(400);
    events.publish({ type: "status", training: { phase: "preparing", request: null, reason: null } });
    expect(await told()).toEqual(["status", "run"]);
    events.close();
  });
});
