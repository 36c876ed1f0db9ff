import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { RunLock } from "../../src/platform/node/run/runLock.ts";
import type { TrainRequest } from "../../src/workspace/index.ts";
import { kindredOk } from "../cli/kindred.fixture.ts";
import { readRunFiles } from "../cli/runFiles.fixture.ts";
import { asked, EventListener, inPhase, messagesOf, raw, servedExplorer } from "./explorer.fixture.ts";

const served = servedExplorer();
const request: TrainRequest = { data: "mnist", recipe: "fast", loss: null, epochs: 2, limit: 1300, seed: 3 };

async function post(action: string, body = ""): Promise<{ status: number; detail: string | undefined }> {
  const { status, text } = await raw(served.port, `/api/training${action}`, { method: "POST", body });
  return { status, detail: (JSON.parse(text) as { detail?: string }).detail };
}
const start = (more: Partial<TrainRequest> = {}) => post("", JSON.stringify({ ...request, ...more }));

/** The run that is open. */
async function openName(): Promise<string | undefined> {
  const hello = (await (await asked(served.url, "api/hello")).json()) as { run: { name: string } | null };
  return hello.run?.name;
}

describe("a training asked for by the page", () => {
  it("is told as it goes, to those who come later too, and ends as kindred train would", async () => {
    const early = new EventListener(served.url);
    await early.until(inPhase("idle"));
    expect(await start()).toEqual({ status: 202, detail: undefined });
    expect(await start()).toEqual({
      status: 409,
      detail:
        "the training is preparing, so it cannot start: expected it to be idle or stopped or done or failed",
    });
    await early.until(({ type }) => type === "map");
    await early.until(({ type, step }) => type === "step" && Number(step) > 1);

    expect((await post("/resume")).status).toBe(409);
    expect((await post("/pause")).status).toBe(202);
    await early.until(inPhase("paused"));
    const run = served.at("runs", "explorer-1");
    expect(existsSync(`${run}/run.lock`)).toBe(false);
    expect((await post("/pause")).status).toBe(409);
    const paused = early.messages.length;
    expect((await post("/resume")).status).toBe(202);
    await early.until(
      ({ type, metrics }) => type === "epoch" && JSON.stringify(metrics).includes(`"epoch":1`),
    );

    // Nobody else trains the run meanwhile, nor does a space take the engine.
    await expect(new RunLock(run).take()).rejects.toThrow(
      /^.+ is being trained by this process \(\d+\) since /,
    );
    const busy = await messagesOf(await asked(served.url, "api/space"));
    expect(busy.map(({ head }) => head)).toEqual([
      { type: "failed", reason: expect.stringMatching(/^a training is under way/) },
    ]);

    // What is looked at meanwhile stays, as no space of the new run can be computed yet.
    expect(await openName()).toBe("small");
    await early.until(inPhase("done"));
    expect(await openName()).toBe("explorer-1");
    expect(early.messages.slice(paused).some(({ head }) => head.type === "map")).toBe(true);
    expect(existsSync(`${run}/run.lock`)).toBe(false);
    const [sample] = early.of("sample");
    expect(sample!.arrays.pixels).toHaveLength(1000 * 784);
    const maps = early.of("map").map(({ arrays }) => arrays.positions as Float32Array);
    for (const [i, positions] of maps.entries()) {
      expect(positions).toHaveLength(1000 * 3);
      // Also the first after the pause.
      if (i > 0) expect(turnedAgainst(maps[i - 1]!, positions)).toBeLessThan(1e-4);
    }
    expect(early.of("batch").at(-1)!.arrays.similarity!.length).toBeGreaterThan(0);
    expect(early.of("epoch")).toHaveLength(2);
    const { head: open } = early.of("run").at(-1)!;
    expect(open).toMatchObject({ run: { name: "explorer-1", checkpoints: [0, 1], count: 1300 } });

    const late = new EventListener(served.url);
    await late.until(({ type }) => type === "batch");
    const types = late.messages.map(({ head }) => head.type);
    expect([...new Set(types)]).toEqual(["status", "run", "sample", "epoch", "step", "map", "batch"]);
    expect(late.of("status")).toEqual([early.of("status").at(-1)]);
    expect(late.of("epoch")).toEqual(early.of("epoch"));
    expect(late.of("step")).toEqual(early.of("step"));
    expect(late.of("map")).toEqual(early.of("map"));
    expect(late.of("batch")).toEqual([early.of("batch").at(-1)]);
    late.close();

    // Paused or not, and looked at or not, it is the same run.
    const alone = served.at("alone");
    const options = [
      "--recipe",
      "fast",
      "--limit",
      "1300",
      "--validation",
      "260",
      "--epochs",
      "2",
      "--seed",
      "3",
    ];
    await kindredOk(["train", ...options, "--out", alone]);
    const [ours, theirs] = await Promise.all([readRunFiles(run), readRunFiles(alone)]);
    expect(ours.tensors).toEqual(theirs.tensors);
    expect(ours.metrics).toEqual(theirs.metrics);
    const { files } = theirs;
    expect(Object.keys(ours.files)).toEqual(Object.keys(files));
    // Of who looks on, more pictures are recorded.
    const unrecorded = (all: Readonly<Record<string, string>>) =>
      Object.entries(all).filter(([name]) => !name.startsWith("recording/"));
    expect(unrecorded(ours.files)).toEqual(unrecorded(files));
    early.close();
  });

  it("can be stopped, and what was trained stays", async () => {
    const listener = new EventListener(served.url);
    await listener.until(inPhase("done"));
    // The last of what is told of the training before.
    await listener.until(({ type }) => type === "batch");
    listener.forget();
    await start({ epochs: 50, limit: 1000 });
    await listener.until(({ type, step }) => type === "step" && Number(step) > 12);
    expect((await post("/stop")).status).toBe(202);
    await listener.until(inPhase("stopped"));
    expect((await post("/stop")).status).toBe(409);
    const config = await readFile(served.at("runs", "explorer-2", "config.json"), "utf8");
    expect(JSON.parse(config)).toMatchObject({ epochs: 50, data: { limit: 1000, validation: 200 } });
    expect(existsSync(served.at("runs", "explorer-2", "checkpoints", "latest.safetensors"))).toBe(true);
    listener.close();
  });

  it("fails in one line where its choices do not go together, and another can begin", async () => {
    const listener = new EventListener(served.url);
    await listener.until(inPhase("stopped"));
    listener.forget();
    await start({ limit: 2 });
    const { head } = await listener.until(inPhase("failed"));
    const { training } = head as unknown as { training: { reason: string } };
    expect(training.reason.split("\n")).toHaveLength(1);
    expect(training.reason.length).toBeGreaterThan(10);
    expect((await start({ limit: 200, epochs: 1, recipe: "lesson" })).status).toBe(202);
    await listener.until(inPhase("done"));
    listener.close();
  });

  it("goes on when those who listened are gone", async () => {
    const listener = new EventListener(served.url);
    await listener.until(inPhase("done"));
    listener.forget();
    const leaving = new AbortController();
    const response = await asked(served.url, "api/events", { signal: leaving.signal });
    await response.body!.getReader().read();
    await start({ limit: 200, epochs: 1 });
    leaving.abort();
    await listener.until(inPhase("done"));
    listener.close();
  });
});

describe("a space that nobody waits for any more", () => {
  it("is not computed to its end, and can be asked for again", async () => {
    const leaving = new AbortController();
    const path = "api/space?checkpoint=0";
    const response = await asked(served.url, path, { signal: leaving.signal });
    await response.body!.getReader().read();
    leaving.abort();
    const again = await messagesOf(await asked(served.url, path));
    expect(again.at(-1)!.head.type).toBe("end");
  });
});

/**
 * How far a map is from lying as near as it can be turned to another, both `[count, 3]`: of the best turn `PᵀQ` is
 * symmetric, so this is what it lacks of that, as a part of its size.
 */
function turnedAgainst(former: Float32Array, map: Float32Array): number {
  const product = (i: number, j: number): number => {
    let sum = 0;
    for (let row = 0; row < map.length; row += 3) sum += map[row + i]! * former[row + j]!;
    return sum;
  };
  const axes = [0, 1, 2] as const;
  const all = axes.flatMap((i) => axes.map((j) => ({ here: product(i, j), there: product(j, i) })));
  const skew = Math.hypot(...all.map(({ here, there }) => here - there));
  return skew / Math.hypot(...all.map(({ here }) => here));
}
