import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a peer's script printed as JSON, or the reason why it could not run. */
export type PeerResult =
  | { readonly ran: true; readonly value: Record<string, unknown> }
  | { readonly ran: false; readonly why: string };

/**
 * Runs a script of `bench/peers` with a Python that has `bench/peers/requirements.txt`: the one that `KINDRED_PYTHON` names,
 * or else `python3`.
 */
export async function runPeer(script: string, args: readonly (string | number)[]): Promise<PeerResult> {
  const path = fileURLToPath(new URL(`./peers/${script}`, import.meta.url));
  const python = process.env.KINDRED_PYTHON ?? "python3";
  const { code, stdout, stderr } = await output(python, [path, ...args.map(String)]);
  if (code === 0) return { ran: true, value: JSON.parse(stdout) as Record<string, unknown> };
  if (!/ModuleNotFoundError|ENOENT/.test(stderr)) {
    return { ran: false, why: stderr.trim().split("\n").at(-1) ?? "" };
  }
  const missing = /No module named '([^']+)'/.exec(stderr)?.[1] ?? "Python itself";
  return {
    ran: false,
    why: `a Python package is missing: ${missing} (pip install -r bench/peers/requirements.txt, and name that Python in KINDRED_PYTHON)`,
  };
}

function output(
  command: string,
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", (error) => resolve({ code: null, stdout, stderr: error.message }));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
