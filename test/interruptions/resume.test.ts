// As the commands that are started here.
import "../oneThread.ts";
import { existsSync } from "node:fs";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { cropped, mnist, writeCsv } from "../cli/dataFiles.fixture.ts";
import { kindred, kindredOk, startKindred, temporaryFolder } from "../cli/kindred.fixture.ts";
import { namesBelow, type RunFiles, readProgress, readRunFiles } from "../cli/runFiles.fixture.ts";

const folder = temporaryFolder();
const epochs = 3;
const rows = { training: 320, validation: 50 };
let uninterrupted: RunFiles;

function trainArgs(run: string, epochCount = epochs): string[] {
  const data = ["--data", folder.at("digits.csv"), "--validation", String(rows.validation)];
  return [
    "train",
    ...data,
    "--recipe",
    "lesson",
    "--epochs",
    String(epochCount),
    "--batch-size",
    "16",
    "--seed",
    "5",
    "--out",
    run,
  ];
}

async function expectSameRun(run: string): Promise<void> {
  const { tensors, ...rest } = await readRunFiles(run);
  const { tensors: expected, ...expectedRest } = uninterrupted;
  expect([...tensors.keys()]).toEqual([...expected.keys()]);
  for (const [name, tensor] of tensors) {
    expect(tensor.shape).toEqual(expected.get(name)!.shape);
    const differing = tensor.data.findIndex((value, i) => !Object.is(value, expected.get(name)!.data[i]));
    expect(differing, `first value of ${name} that differs`).toBe(-1);
  }
  expect(rest.metrics).toEqual(expectedRest.metrics);
  expect(rest.names).toEqual(expectedRest.names);
  expect(rest).toEqual(expectedRest);
}

beforeAll(async () => {
  await writeCsv(folder.at("digits.csv"), cropped(await mnist(rows.training + rows.validation), 16));
  await kindredOk(trainArgs(folder.at("whole")));
  uninterrupted = await readRunFiles(folder.at("whole"));
});

describe("kindred train --resume", () => {
  it("goes on for more epochs, bit for bit as if they had been asked for at once", async () => {
    const run = folder.at("in-parts");
    await kindredOk(trainArgs(run, 1));
    const first = await readFile(folder.at("in-parts", "checkpoints", "model_epoch_0.pt"));
    const { stdout } = await kindredOk([
      "train",
      "--resume",
      "--epochs",
      String(epochs),
      "--out",
      run,
      "--json",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ run, epochs });
    expect(await readFile(folder.at("in-parts", "checkpoints", "model_epoch_0.pt"))).toEqual(first);
    await expectSameRun(run);
  });

  it("gives the same bits after kill -9 in the middle of an epoch, with a half-written file left behind", async () => {
    const run = folder.at("killed");
    const command = startKindred(trainArgs(run), { at: { says: `epoch 2/${epochs}`, signal: "SIGKILL" } });
    expect((await command.finished).signal).toBe("SIGKILL");
    expect(await readProgress(run)).toMatchObject({ epoch: 1, batch: 0 });
    expect(existsSync(folder.at("killed", "checkpoints", "model_epoch_1.pt"))).toBe(false);
    const whole = await readFile(folder.at("killed", "checkpoints", "latest.safetensors"));
    const stale = `.latest.safetensors.${command.process.pid}-99.tmp`;
    await writeFile(folder.at("killed", "checkpoints", stale), whole.subarray(0, whole.length / 2));
    await kindredOk(["train", "--resume", "--out", run]);
    await expectSameRun(run);
  });

  it("gives the same bits after kill -9 in the middle of writing a checkpoint", async () => {
    const run = folder.at("killed-writing");
    const checkpoints = folder.at("killed-writing", "checkpoints");
    const command = startKindred(trainArgs(run), { at: { halfOf: "latest.safetensors", signal: "SIGKILL" } });
    expect((await command.finished).signal).toBe("SIGKILL");
    const temporary = `.latest.safetensors.${command.process.pid}-`;
    expect((await readdir(checkpoints)).filter((name) => name.startsWith(temporary))).toHaveLength(1);
    expect(await readdir(checkpoints)).toContain("model_epoch_0.pt");
    await kindredOk(["train", "--resume", "--out", run]);
    await expectSameRun(run);
  });

  it("gives the same bits after Ctrl-C, which saves the epoch it is in and says how to go on", async () => {
    const run = folder.at("interrupted");
    const at = { says: `epoch 2/${epochs}`, signal: "SIGINT" } as const;
    const command = startKindred([...trainArgs(run), "--json"], { at });
    const { code, stdout, stderr } = await command.finished;
    expect({ code, stderr }).toMatchObject({ code: 130 });
    expect(stderr).toContain(`go on with kindred train --resume --out ${run}`);
    expect(stderr).not.toMatch(/^kindred: /m);
    expect(JSON.parse(stdout)).toEqual({ run, interrupted: true });
    const progress = await readProgress(run);
    expect(progress.epoch).toBe(1);
    expect(progress.batch).toBeGreaterThan(0);
    await kindredOk(["train", "--resume", "--out", run]);
    await expectSameRun(run);
  });

  it("has nothing left to do for a finished run, and says what it came to", async () => {
    const run = folder.at("finished");
    await cp(folder.at("whole"), run, { recursive: true });
    const { stdout } = await kindredOk(["train", "--resume", "--out", run, "--json"]);
    const last = uninterrupted.metrics.at(-1)!;
    const { trainLoss, valLoss, knn1 } = last;
    expect(JSON.parse(stdout)).toMatchObject({ run, epochs, trainLoss, valLoss, knn1 });
    await expectSameRun(run);
  });

  it("begins anew where the run was killed before its first checkpoint", async () => {
    const run = folder.at("begun");
    // While the index of the recording is written, of its first snapshot: half of it is then left behind as well.
    const command = startKindred(trainArgs(run), {
      at: { halfOf: "index.json", time: 2, signal: "SIGKILL" },
    });
    expect((await command.finished).signal).toBe("SIGKILL");
    const names = await namesBelow(run);
    expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([
      expect.stringMatching(/^recording\/\.index\.json\.\d+-\d+\.tmp$/),
    ]);
    expect(names).toContain("recording/step_0.npy");
    const kept = names.filter((name) => !name.startsWith("recording/"));
    // Nor does the lock of a process that is gone keep anyone out.
    expect(kept).toEqual(["config.json", "figures/pairs.png", "guidance.json", "run.lock"]);
    const { stdout } = await kindredOk(["train", "--resume", "--epochs", "1", "--out", run, "--json"]);
    expect(JSON.parse(stdout).trainLoss).toBe(uninterrupted.metrics[0]!.trainLoss);
    expect((await namesBelow(run)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("refuses a flag that contradicts the run, and fewer epochs than are done, and keeps the run", async () => {
    const run = folder.at("whole");
    const contradictions = [
      { flags: ["--seed", "6"], message: /--seed 6 .* 5 / },
      { flags: ["--batch-size", "8"], message: /--batch-size 8 .* 16 / },
      { flags: ["--data", "mnist"], message: /--data mnist .*digits\.csv/ },
      { flags: ["--limit", "60"], message: /--limit 60 / },
      { flags: ["--init", "other.pt"], message: /--init other\.pt / },
      { flags: ["--epochs", "2"], message: /--epochs 2 .* 3 / },
    ];
    for (const { flags, message } of contradictions) {
      const { code, stdout, stderr } = await kindred(["train", "--resume", "--out", run, ...flags]);
      expect({ code, stdout, lines: stderr.trimEnd().split("\n").length }).toEqual({
        code: 2,
        stdout: "",
        lines: 1,
      });
      expect(stderr).toMatch(/^kindred: /);
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain("null");
    }
    await expectSameRun(run);
  });
});
