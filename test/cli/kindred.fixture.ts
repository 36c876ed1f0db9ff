import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";

const bin = fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url));

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface StartedCommand {
  readonly process: ChildProcess;
  readonly finished: Promise<CommandResult>;
}

/** Starts `kindred` as a user's shell does: a process of its own, its two streams collected apart. */
export function startKindred(args: readonly string[], options: RunOptions = {}): StartedCommand {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (chunk: string) => {
      text[stream] += chunk;
    });
  }
  const finished = once(child, "close").then(([code, signal]): CommandResult => ({ code, signal, ...text }));
  return { process: child, finished };
}

/** Runs `kindred` to its end. */
export function kindred(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  return startKindred(args, options).finished;
}

/** {@link kindred}, failing with what it said on stderr unless it ends with exit code 0. */
export async function kindredOk(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const result = await kindred(args, options);
  if (result.code !== 0) {
    throw new Error(`kindred ${args.join(" ")} ended with ${result.code}: ${result.stderr}`);
  }
  return result;
}

/** A temporary folder for the tests of a file, removed after them. */
export function temporaryFolder(): { at(...parts: string[]): string } {
  let path = "";
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), "kindred-cli-"));
  });
  afterAll(() => rm(path, { recursive: true, force: true }));
  return { at: (...parts) => join(path, ...parts) };
}
