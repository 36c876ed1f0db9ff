import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { measured } from "./results.ts";

const rounds = 15;

/** Milliseconds of `kindred --help`, from the start of the process to its end, as it is installed. */
export async function benchHelp(): Promise<void> {
  const built = fileURLToPath(new URL("../dist/cli/bin.js", import.meta.url));
  const program = existsSync(built) ? built : fileURLToPath(new URL("../src/cli/bin.ts", import.meta.url));
  const ours: number[] = [];
  const empty: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(millisecondsOf([program, "--help"]));
    empty.push(millisecondsOf(["--eval", ""]));
  }
  measured({
    bench: "help",
    what: `kindred --help${existsSync(built) ? "" : " from the sources"}`,
    unit: "ms",
    better: "less",
    digits: 0,
    ours,
    peer: "Node doing nothing",
    theirs: empty,
  });
}

function millisecondsOf(args: readonly string[]): number {
  const begin = performance.now();
  spawnSync(process.execPath, args);
  return performance.now() - begin;
}
