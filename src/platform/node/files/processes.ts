import { readFileSync } from "node:fs";

/** Whether a process of this machine lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * When a process was started, in ticks since the machine was, so that a pid used again is told apart: the 22nd field
 * of Linux's `/proc/<pid>/stat`; null elsewhere, and for no process.
 */
export function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Counted from behind the name, which stands in brackets and may hold anything.
    const rest = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return rest[19] ?? null;
  } catch {
    return null;
  }
}
