/**
 * Types and lint of all that is in the repository, two checks at a time; each says what it found when it ends.
 *
 *   node scripts/check.ts          the checks
 *   node scripts/check.ts build    and beside the longest of them, what tests need to be built
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/**
 * The longest first. The compiler has one checker: with several, which of two equal declarations of a package's types it
 * meets first hangs on which checker is faster, and once in a while it then reports an error.
 */
const checks: readonly (readonly [folder: string, command: string])[] = [
  ["web", "npm run --silent check"],
  [".", "tsc --checkers 1"],
  [".", "tsc --checkers 1 -p test/explorer"],
  [".", "biome check --error-on-warnings ."],
  ...process.argv.slice(2).map((script) => [".", `npm run --silent ${script}`] as const),
];

async function run([folder, command]: (typeof checks)[number]): Promise<boolean> {
  const child = spawn(command, { cwd: join(root, folder), shell: true, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const [code] = await once(child, "close");
  process.stdout.write(
    `${command}${folder === "." ? "" : ` in ${folder}`}: ${code === 0 ? "passed" : "failed"}\n${said}`,
  );
  return code === 0;
}

const waiting = [...checks];
async function lane(): Promise<void> {
  for (let check = waiting.shift(); check; check = waiting.shift()) {
    if (!(await run(check))) process.exitCode = 1;
  }
}
await Promise.all([lane(), lane()]);
