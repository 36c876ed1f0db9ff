import { existsSync, watch } from "node:fs";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { cropped, mnist, writeCsv } from "./dataFiles.fixture.ts";
import { kindred, kindredOk, type StartedCommand, startKindred, temporaryFolder } from "./kindred.fixture.ts";
import { namesBelow, type RunFiles, readProgress, readRunFiles } from "./runFiles.fixture.ts";

const folder = temporaryFolder();
const epochs = 3;
/** An epoch of 50 steps: long enough that a signal sent at its first one arrives in the middle of it. */
const rows = { training: 800, validation: 50 };
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

/** Resolves when stderr first holds the text. */
function said({ process, finished }: StartedCommand, text: string): Promise<void> {
  let heard = "";
  return new Promise((resolve, reject) => {
    process.stderr!.on("data", (chunk: string) => {
      heard += chunk;
      if (heard.includes(text)) resolve();
    });
    finished.then(({ stderr }) => reject(new Error(`ended without saying "${text}": ${stderr}`)), reject);
  });
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
    const command = startKindred(trainArgs(run));
    await said(command, `epoch 2/${epochs}`);
    command.process.kill("SIGKILL");
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
    const command = startKindred(trainArgs(run));
    await said(command, "epoch 1/");
    await mkdir(checkpoints, { recursive: true });
    const watcher = watch(checkpoints, (_, name) => {
      if (name?.startsWith(".latest.")) command.process.kill("SIGKILL");
    });
    expect((await command.finished).signal).toBe("SIGKILL");
    watcher.close();
    expect(await readdir(checkpoints)).toContain("model_epoch_0.pt");
    await kindredOk(["train", "--resume", "--out", run]);
    await expectSameRun(run);
  });

  it("gives the same bits after Ctrl-C, which saves the epoch it is in and says how to go on", async () => {
    const run = folder.at("interrupted");
    const command = startKindred([...trainArgs(run), "--json"]);
    await said(command, `epoch 2/${epochs}`);
    command.process.kill("SIGINT");
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
    const command = startKindred(trainArgs(run));
    await said(command, "epoch 1/");
    command.process.kill("SIGKILL");
    await command.finished;
    // Recorded snapshots do not outlive the state that they were to be of.
    const kept = (await namesBelow(run)).filter(
      (name) => !/^recording\/(step_\d+\.npy|index\.json)$/.test(name),
    );
    // Nor does the lock of a process that is gone keep anyone out.
    expect(kept).toEqual(["config.json", "figures/pairs.png", "guidance.json", "run.lock"]);
    const { stdout } = await kindredOk(["train", "--resume", "--epochs", "1", "--out", run, "--json"]);
    expect(JSON.parse(stdout).trainLoss).toBe(uninterrupted.metrics[0]!.trainLoss);
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
