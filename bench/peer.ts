import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a peer's script printed as JSON, or the reason why it could not run. */
export type PeerResult =
  | { readonly ran: true; readonly value: Record<string, unknown> }
  | { readonly ran: false; readonly why: string };

/** Runs a script of `bench/peers` with the system's Python, which has PyTorch where python3-torch is installed. */
export async function runPeer(script: string, args: readonly (string | number)[]): Promise<PeerResult> {
  const path = fileURLToPath(new URL(`./peers/${script}`, import.meta.url));
  let missing = "Python itself";
  // Debian's packages belong to Debian's interpreter, whichever python3 comes first on the path.
  for (const python of ["/usr/bin/python3", "python3"]) {
    const { code, stdout, stderr } = await output(python, [path, ...args.map(String)]);
    if (code === 0) return { ran: true, value: JSON.parse(stdout) as Record<string, unknown> };
    if (!/ModuleNotFoundError|ENOENT/.test(stderr))
      return { ran: false, why: stderr.trim().split("\n").at(-1) ?? "" };
    missing = /No module named '([^']+)'/.exec(stderr)?.[1] ?? missing;
  }
  return {
    ran: false,
    why: `a Python package is missing: ${missing} (Debian has python3-torch, python3-pandas, python3-sklearn and umap-learn)`,
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
