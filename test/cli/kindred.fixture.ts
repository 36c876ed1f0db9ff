import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { main } from "../../src/cli/program.ts";

const bin = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Where a started command sends itself a signal: when it says a text on stderr, when half of a file is written (the first
 * time, or a later one), or when there are more
 * files below a folder.
 */
export type SignalPoint = { readonly signal: NodeJS.Signals } & (
  | { readonly says: string }
  | { readonly halfOf: string; readonly time?: number }
  | { readonly filesBelow: string; readonly moreThan: number }
);

export interface ProcessOptions extends RunOptions {
  readonly at?: SignalPoint;
}

export interface InProcessOptions extends RunOptions {
  /** Stands for Ctrl-C. */
  readonly signal?: AbortSignal;
  /** Ctrl-C as soon as stderr says this. */
  readonly stopAt?: string;
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

/**
 * Starts the built `kindred` as a user's shell does: a process of its own, its two streams collected apart. For exit
 * codes, signals and pipes; {@link kindred} proves all else, a thousand times faster.
 */
export function startKindred(args: readonly string[], options: ProcessOptions = {}): StartedCommand {
  const { cwd, env, at } = options;
  const preloads = ["../oneThread.ts", ...(at ? ["signalItself.preload.ts"] : [])];
  const imports = preloads.flatMap((file) => ["--import", new URL(file, import.meta.url).href]);
  const child = spawn(process.execPath, [...imports, bin, ...args], {
    cwd,
    env: { ...process.env, ...env, ...(at ? { KINDRED_SIGNAL_POINT: JSON.stringify(at) } : {}) },
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

/** Runs `kindred` to its end, in this process. One at a time where `cwd` or `env` is given: they are the process's. */
export async function kindred(
  args: readonly string[],
  { cwd, env = {}, signal = never, stopAt }: InProcessOptions = {},
): Promise<CommandResult> {
  const stop = new AbortController();
  const text = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof text): Writable =>
    new Writable({
      decodeStrings: false,
      write: (chunk: string, _, done) => {
        text[name] += chunk;
        if (stopAt !== undefined && text.stderr.includes(stopAt)) stop.abort();
        done();
      },
    });
  const before = {
    cwd: process.cwd(),
    env: Object.keys(env).map((name) => [name, process.env[name]] as const),
  };
  if (cwd !== undefined) process.chdir(cwd);
  Object.assign(process.env, env);
  try {
    const stopped = AbortSignal.any([signal, stop.signal]);
    const terminal = { stdout: stream("stdout"), stderr: stream("stderr"), signal: stopped };
    const code = await main(["node", "kindred", ...args], terminal);
    return { code, signal: null, ...text };
  } finally {
    process.chdir(before.cwd);
    for (const [name, value] of before.env) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** So that commands in this process leave its signals alone. */
const never = new AbortController().signal;

/** {@link kindred}, failing with what it said on stderr unless it ends with exit code 0. */
export async function kindredOk(
  args: readonly string[],
  options: InProcessOptions = {},
): Promise<CommandResult> {
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
