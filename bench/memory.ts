import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kindred } from "./kindred.ts";
import { runPeer } from "./peer.ts";
import { measured } from "./results.ts";

/** An epoch of the lesson as it is, and a shorter one of smaller batches. */
const settings = [
  { batch: 64, pictures: 42_000 },
  { batch: 16, pictures: 10_000 },
] as const;
/** What a lesson's training may take at most. */
const targetMB = 1000;
/** How long PyTorch trains: its memory is at its peak after a few steps. */
const peerSeconds = 6;

/**
 * Says at the end of a process how much memory it ever had. Linux counts into `maxRSS` what the process that began it had at
 * that moment, so there the process's own high-water mark is read.
 */
const sayPeak = `
import { readFileSync } from "node:fs";
const peak = () => {
  try {
    return /VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1];
  } catch {
    return process.resourceUsage().maxRSS;
  }
};
process.on("exit", () => process.stderr.write("\\npeak KiB " + peak() + "\\n"));
`;

/** Peak resident memory of `kindred train` over an epoch of the lesson, and of PyTorch's steps of the same batches. */
export async function benchMemory(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-bench-memory-"));
  try {
    for (const { batch, pictures } of settings) {
      const peak = await peakOfTraining(join(folder, `batch-${batch}`), batch, pictures);
      const result = await runPeer("step.py", ["lesson", batch, peerSeconds, "eager"]);
      measured({
        bench: "memory",
        what: `peak of an epoch of the lesson on ${pictures} pictures, batch ${batch}`,
        unit: "MB",
        better: "less",
        digits: 0,
        ours: [peak],
        peer: result.ran ? `PyTorch ${result.value.version}, steps alone, without MNIST` : result.why,
        theirs: result.ran ? [Number(result.value.peakMB)] : [],
        note: `${peak < targetMB ? "within" : "above"} the target of ${targetMB} MB`,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function peakOfTraining(run: string, batch: number, pictures: number): Promise<number> {
  const data = ["--data", "mnist", "--limit", String(pictures)];
  const flags = ["--recipe", "lesson", ...data, "--epochs", "1", "--batch-size", String(batch)];
  const { stderr } = await kindred(["train", ...flags, "--out", run], {
    node: ["--import", `data:text/javascript,${encodeURIComponent(sayPeak)}`],
  });
  return (Number(/peak KiB (\d+)/.exec(stderr)?.[1]) * 1024) / 1e6;
}
