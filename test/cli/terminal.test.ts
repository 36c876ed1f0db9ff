import { mkdir, readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { interrupted, note, ProgressLine, result } from "../../src/cli/console.ts";
import { stopOnInterrupt } from "../../src/cli/interrupt.ts";
import { main } from "../../src/cli/program.ts";
import { withTerminal } from "../../src/cli/terminal.ts";
import { cropped, mnist, writeCsv } from "./dataFiles.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { readMetrics } from "./runFiles.fixture.ts";
import { Screen } from "./screen.fixture.ts";

const folder = temporaryFolder();

beforeAll(async () => {
  await writeCsv(folder.at("digits.csv"), cropped(await mnist(120), 12));
});

const trainArgs = (run: string, epochs = 1): string[] => {
  const size = ["--validation", "20", "--epochs", String(epochs), "--batch-size", "32", "--no-record"];
  return ["train", "--data", folder.at("digits.csv"), ...size, "--out", folder.at(run)];
};

/** A stream that fails at every write, as a pipe without a reader or a full disk does. */
function failing(code: string): Writable {
  return new Writable({
    write: (_, __, done) => done(Object.assign(new Error(code), { code, syscall: "write" })),
  });
}

function collecting(): Writable & { readonly text: string } {
  const stream = Object.assign(new Writable({ decodeStrings: false }), { text: "" });
  stream._write = (chunk: string, _, done) => {
    stream.text += chunk;
    done();
  };
  return stream;
}

describe("a stream that cannot be written", () => {
  const signal = new AbortController().signal;
  const run = (args: readonly string[], stdout: Writable, stderr: Writable): Promise<number> =>
    main(["node", "kindred", ...args], { stdout, stderr, signal });

  it("ends quietly where the reader of stdout has gone", async () => {
    for (const args of [["encoders"], ["encoders", "--json"], ["--help"]]) {
      const stderr = collecting();
      expect(await run(args, failing("EPIPE"), stderr)).toBe(0);
      expect(stderr.text).toBe("");
    }
  });

  it("says in one line that stdout is full, and fails", async () => {
    for (const args of [["encoders"], ["--version"]]) {
      const stderr = collecting();
      expect(await run(args, failing("ENOSPC"), stderr)).toBe(1);
      expect(stderr.text).toMatch(/^kindred: stdout cannot be written: the disk is full: .*\n$/);
    }
  });

  it("ends no training: it is saved in full without stdout and stderr", async () => {
    expect(await run(trainArgs("unheard"), failing("EPIPE"), failing("EIO"))).toBe(0);
    expect(await readMetrics(folder.at("unheard"))).toHaveLength(1);
    expect(await readdir(folder.at("unheard"))).not.toContain("run.lock");
  });
});

describe("the screen", () => {
  const onScreen = (command: () => Promise<void>, screen: Screen): Promise<number> =>
    withTerminal({ stdout: screen, stderr: screen }, command);

  it("has notes above the progress, results after it, and leaves the cursor and the line ends as they are", async () => {
    const screen = new Screen();
    await onScreen(async () => {
      const line = new ProgressLine("training");
      line.update(1, 4, "first");
      expect(screen.rows).toEqual([expect.stringMatching(/^training ━.* 25% first$/)]);
      note("device: cpu");
      line.update(2, 4, "second");
      expect(screen.rows).toEqual(["device: cpu", expect.stringMatching(/50% second$/)]);
      result({ json: false }, {}, "done", "next: more");
      expect(screen.rows).toEqual(["device: cpu", "done", "next: more"]);
      line.end();
    }, screen);
    expect(screen.rows).toEqual(["device: cpu", "done", "next: more"]);
  });

  it("shows nothing torn after Ctrl-C, which a terminal echoes into the progress", async () => {
    const screen = new Screen();
    const code = await onScreen(async () => {
      const line = new ProgressLine("training");
      const stop = stopOnInterrupt("stopping after this step");
      line.update(1, 4, "first");
      screen.write("^C");
      process.emit("SIGINT", "SIGINT");
      expect(stop.signal.aborted).toBe(true);
      line.update(2, 4, "second");
      stop.dispose();
      line.end();
      interrupted({ json: false }, "stopped and saved");
    }, screen);
    expect(code).toBe(130);
    expect(screen.rows).toEqual(["stopping after this step", "stopped and saved"]);
  });

  it("stops once for a terminal that is closed, however often that is said", async () => {
    const screen = new Screen();
    const before = process.listenerCount("SIGHUP");
    await onScreen(async () => {
      const stop = stopOnInterrupt("stopping");
      for (let i = 0; i < 3; i++) process.emit("SIGHUP", "SIGHUP");
      expect(stop.signal.aborted).toBe(true);
      stop.dispose();
    }, screen);
    expect(screen.rows).toEqual(["stopping"]);
    expect(process.listenerCount("SIGHUP")).toBe(before);
  });
});

describe("names that a terminal would obey", () => {
  it("come out as escapes in every line, and forge none", async () => {
    const evil = "a\nkindred: all is well\x1b[2J";
    for (const kind of [evil, "b"]) {
      await mkdir(folder.at("pictures", kind), { recursive: true });
      for (let i = 0; i < 6; i++) {
        const create = {
          width: 12,
          height: 12,
          channels: 3,
          background: { r: 40 * i, g: 9 * i, b: 99 },
        } as const;
        await sharp({ create })
          .png()
          .toFile(folder.at("pictures", kind, `${i}.png`));
      }
    }
    const args = ["train", "--data", folder.at("pictures"), "--validation", "2", "--epochs", "1", "--json"];
    const { stderr, stdout } = await kindredOk([...args, "--out", folder.at("evil")]);
    for (const text of [stderr, stdout]) {
      expect(text).not.toMatch(/[^\P{Cc}\n]/u);
      expect(text).not.toMatch(/^kindred: all is well/m);
    }
    expect(stderr).toContain("a\\nkindred: all is well\\x1b[2J");
    const missing = await kindred(["eval", "--run", folder.at(`no\n${evil}`)]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/^kindred: .*no\\na\\nkindred: all is well\\x1b\[2J holds no run .*\n$/);
    const unknown = await kindred(["train", "--\x1b[2J"]);
    expect(unknown.stderr).toMatch(/unknown option '--\\x1b\[2J'/);
  });
});

describe("a run that is moved while it trains", () => {
  it("ends in one line, keeps what was saved, and is not begun again where it was", async () => {
    const training = kindred(trainArgs("moved", 500));
    const saved = folder.at("moved", "checkpoints", "latest.safetensors");
    while (!(await stat(saved).catch(() => null))) await setTimeout(5);
    await rename(folder.at("moved"), folder.at("moved here"));
    const { code, stderr } = await training;
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/^kindred: \S*moved was moved or removed while it was being trained: .*\n$/m);
    expect(await stat(folder.at("moved")).catch(() => null)).toBeNull();
    const epochs = (await readMetrics(folder.at("moved here"))).length;
    expect(epochs).toBeGreaterThan(0);
    const resumed = ["train", "--resume", "--epochs", String(epochs + 2), "--out", folder.at("moved here")];
    expect((await kindredOk(resumed)).stdout).toContain(
      `next: kindred eval --run '${join(folder.at("moved here"))}'`,
    );
  });
});
