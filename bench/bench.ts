/**
 * `npm run bench -- <name> ...`: each benchmark prints what it measured, beside its peer in the same run. Without a name
 * all are run, and their results written to `bench/RESULTS.md`.
 */
import { writeFileSync } from "node:fs";
import { benchAccuracy } from "./accuracy.ts";
import { benchCsv } from "./csv.ts";
import { benchEmbed } from "./embed.ts";
import { benchHelp } from "./help.ts";
import { benchKnn } from "./knn.ts";
import { benchMemory } from "./memory.ts";
import { resultsPage } from "./results.ts";
import { benchStep } from "./step.ts";
import { benchUmap } from "./umap.ts";

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  help: benchHelp,
  csv: benchCsv,
  step: benchStep,
  embed: benchEmbed,
  knn: benchKnn,
  umap: benchUmap,
  memory: benchMemory,
  accuracy: benchAccuracy,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  process.stderr.write(
    `bench: there is no ${unknown.join(", ")}, expected ${Object.keys(benchmarks).join(", ")}\n`,
  );
  process.exitCode = 2;
} else {
  for (const name of names.length > 0 ? names : Object.keys(benchmarks)) {
    process.stdout.write(`# ${name}\n`);
    await benchmarks[name]!();
  }
  if (names.length === 0) {
    writeFileSync(new URL("RESULTS.md", import.meta.url), resultsPage());
    process.stdout.write("written to bench/RESULTS.md\n");
  }
}
