/** `npm run bench -- <name> ...`: each benchmark prints what it measured, beside its peer in the same run. */
import { benchKnn } from "./knn.ts";
import { benchMemory } from "./memory.ts";
import { benchStep } from "./step.ts";
import { benchUmap } from "./umap.ts";

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  step: benchStep,
  memory: benchMemory,
  knn: benchKnn,
  umap: benchUmap,
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
}
