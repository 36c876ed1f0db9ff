import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { InputError } from "../src/index.ts";

/** What a command wrote. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

export interface KindredOptions {
  /** The command has done what is wanted as soon as its messages match this, and is ended then. */
  readonly until?: RegExp;
  /** Options of Node itself. */
  readonly node?: readonly string[];
}

/**
 * Runs a command of the sources' `kindred`, as a process of its own.
 *
 * @throws InputError with its last line when it fails, or ends without saying what was waited for.
 */
export async function kindred(args: readonly string[], options: KindredOptions = {}): Promise<Said> {
  const program = fileURLToPath(new URL("../src/cli/bin.ts", import.meta.url));
  const child = spawn(process.execPath, [...(options.node ?? []), program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  let done = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.stderr += text;
    if (done || options.until?.test(said.stderr) !== true) return;
    done = true;
    child.kill("SIGKILL");
  });
  const [status] = await once(child, "close");
  if (!done && (status !== 0 || options.until !== undefined)) {
    throw new InputError(`kindred ${args[0]} failed: ${said.stderr.trim().split("\n").at(-1)}`);
  }
  return said;
}
