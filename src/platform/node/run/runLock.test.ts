import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../../base/index.ts";
import { startOf } from "../files/processes.ts";
import { RunLock } from "./runLock.ts";

describe("RunLock", () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "kindred-lock-")), "run");
  });
  afterEach(() => rm(join(folder, ".."), { recursive: true, force: true }));
  const leave = async (holder: unknown): Promise<void> => {
    await mkdir(folder, { recursive: true });
    const text = typeof holder === "string" ? holder : JSON.stringify(holder);
    await writeFile(join(folder, "run.lock"), text);
  };
  /** A pid that no process has any more. */
  const gonePid = async (): Promise<number> => {
    const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
    await once(child, "exit");
    return child.pid!;
  };

  it("is held by one at a time, and leaves nothing", async () => {
    const [first, second] = [new RunLock(folder), new RunLock(folder)];
    await first.take();
    await first.take();
    await expect(second.take()).rejects.toThrow(InputError);
    await expect(second.take()).rejects.toThrow(
      `${folder} is being trained by this process (${process.pid})`,
    );
    await second.release();
    expect(await readdir(folder)).toEqual(["run.lock"]);
    await first.release();
    await second.take();
    await second.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("names the process that holds it, in one line, and what to do", async () => {
    const since = "2026-01-01T00:00:00.000Z";
    await leave({ pid: process.ppid, host: hostname(), since, start: startOf(process.ppid) });
    await expect(new RunLock(folder).take()).rejects.toThrow(
      `${folder} is being trained by process ${process.ppid} since ${since}: wait for it, stop it, or use another folder; if it is gone, remove ${join(folder, "run.lock")}`,
    );
  });

  it("takes the place of one whose process is gone", async () => {
    for (const holder of [
      { pid: await gonePid(), host: hostname(), since: "", start: null },
      // The same number, as a container started again gives it, or another process that has got it since.
      { pid: process.pid, host: hostname(), since: "", start: null },
      ...(startOf(process.ppid) ? [{ pid: process.ppid, host: hostname(), since: "", start: "1" }] : []),
    ]) {
      await leave(holder);
      const lock = new RunLock(folder);
      await lock.take();
      expect(JSON.parse(await readFile(join(folder, "run.lock"), "utf8"))).toMatchObject({
        pid: process.pid,
      });
      await lock.release();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it("leaves alone one of another machine, and one that is being written", async () => {
    await leave({ pid: 1, host: "another", since: "", start: null });
    await expect(new RunLock(folder).take()).rejects.toThrow(/by process 1 on another since/);
    await leave("");
    await expect(new RunLock(folder).take()).rejects.toThrow(/is being trained by another process/);
    const old = new Date(Date.now() - 60_000);
    await utimes(join(folder, "run.lock"), old, old);
    const lock = new RunLock(folder);
    await lock.take();
    await lock.release();
  });

  it("is taken by one of many that find it stale", async () => {
    const holder = { pid: await gonePid(), host: hostname(), since: "", start: null };
    for (let round = 0; round < 30; round++) {
      await leave(holder);
      const locks = Array.from({ length: 8 }, () => new RunLock(folder));
      const taken = await Promise.allSettled(locks.map((lock) => lock.take()));
      expect(taken.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const lock of locks) await lock.release();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it("is taken by one of many processes that find it stale", async () => {
    const url = new URL("./runLock.ts", import.meta.url);
    // Told to take it, each says whether it has; told to let go, that it did.
    const code = `const { RunLock } = await import(${JSON.stringify(url.href)});
      const lock = new RunLock(${JSON.stringify(folder)});
      const take = () => lock.take().then(() => "1", (error) => (/is being trained/.test(error) ? "0" : String(error)));
      for await (const told of process.stdin) {
        process.stdout.write(String(told) === "take" ? await take() : ((await lock.release()) ?? "-"));
      }`;
    const children = Array.from({ length: 5 }, () =>
      spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["pipe", "pipe", "inherit"] }),
    );
    const dead = { pid: await gonePid(), host: hostname(), since: "", start: null };
    const tell = async (what: string): Promise<string[]> => {
      const said = children.map(({ stdout }) => once(stdout, "data"));
      for (const { stdin } of children) stdin.write(what);
      return (await Promise.all(said)).map(([data]) => String(data));
    };
    const answers: string[] = [];
    try {
      for (let round = 0; round < 10; round++) {
        await leave(dead);
        answers.push((await tell("take")).sort().join(""));
        await tell("release");
      }
    } finally {
      for (const child of children) child.stdin.end();
      await Promise.all(children.map((child) => once(child, "exit")));
    }
    expect(answers).toEqual(Array<string>(10).fill("00001"));
  });

  it("is taken over though the one that began to was killed at it", async () => {
    await leave({ pid: await gonePid(), host: hostname(), since: "", start: null });
    const takeover = join(folder, "run.lock.takeover.tmp");
    await writeFile(takeover, "");
    const old = new Date(Date.now() - 60_000);
    await utimes(takeover, old, old);
    const lock = new RunLock(folder);
    await lock.take();
    expect(await readdir(folder)).toEqual(["run.lock"]);
    await lock.release();
  });

  it("takes the place of one that is dated in the future and names nobody, as after a clock was set back", async () => {
    await leave("{ cut");
    const future = new Date(Date.now() + 86_400_000);
    await utimes(join(folder, "run.lock"), future, future);
    const lock = new RunLock(folder);
    await lock.take();
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("leaves a file that is another's by then, and says so to whoever wants to write", async () => {
    const lock = new RunLock(folder);
    lock.requireHeld();
    await lock.take();
    lock.requireHeld();
    const other = JSON.stringify({ pid: process.ppid, host: hostname(), since: "", start: null });
    await leave(other);
    expect(() => lock.requireHeld()).toThrow(
      new InputError(
        `${join(folder, "run.lock")} was removed or replaced while ${folder} was being trained, so that another process may write there: nothing more is written, and what was saved stays (kindred train --resume --out ${folder} goes on from there)`,
      ),
    );
    await lock.release();
    expect(await readFile(join(folder, "run.lock"), "utf8")).toBe(other);
  });

  it("notices a folder that was moved, and makes none in its place", async () => {
    const lock = new RunLock(folder);
    await lock.take();
    await rename(folder, `${folder}2`);
    expect(() => lock.requireHeld()).toThrow(/run was moved or removed while it was being trained/);
    await lock.release();
    expect(await readdir(join(folder, ".."))).toEqual(["run2"]);
  });

  it("exits without a word though its file is gone", async () => {
    const url = new URL("./runLock.ts", import.meta.url);
    const code = `const { RunLock } = await import(${JSON.stringify(url.href)});
      await new RunLock(${JSON.stringify(folder)}).take();
      (await import("node:fs")).renameSync(${JSON.stringify(folder)}, ${JSON.stringify(`${folder}2`)});
      process.exit(3);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code]);
    const said = child.stderr.toArray();
    expect(await once(child, "exit")).toEqual([3, null]);
    expect((await said).join("")).toBe("");
  });

  it("is given back when the process exits without a word", async () => {
    const url = new URL("./runLock.ts", import.meta.url);
    const code = `const { RunLock } = await import(${JSON.stringify(url.href)});
      await new RunLock(${JSON.stringify(folder)}).take(); process.exit(3);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "ignore" });
    expect(await once(child, "exit")).toEqual([3, null]);
    expect(await readdir(folder)).toEqual([]);
  });
});
