/**
 * `npm run bench -- <name> ...`: each benchmark prints what it measured, beside its peer in the same run, and keeps it for
 * `bench/RESULTS.md`. Without a name all are run.
 */
import { benchAccuracy } from "./accuracy.ts";
import { benchCeiling } from "./ceiling.ts";
import { benchCsv } from "./csv.ts";
import { benchEmbed } from "./embed.ts";
import { benchExplorer } from "./explorer.ts";
import { benchHelp } from "./help.ts";
import { benchIndex } from "./index.ts";
import { benchKnn } from "./knn.ts";
import { benchMemory } from "./memory.ts";
import { benchPictures } from "./pictures.ts";
import { keepResults } from "./resultsStore.ts";
import { benchSentences } from "./sentences.ts";
import { benchSmall } from "./smallData.ts";
import { benchResnet, benchStep } from "./step.ts";
import { benchTextEncoders } from "./textEncoders.ts";
import { benchUmap } from "./umap.ts";

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  help: benchHelp,
  csv: benchCsv,
  step: benchStep,
  resnet: benchResnet,
  ceiling: benchCeiling,
  embed: benchEmbed,
  knn: benchKnn,
  index: benchIndex,
  umap: benchUmap,
  memory: benchMemory,
  pictures: benchPictures,
  small: benchSmall,
  text: benchTextEncoders,
  sentences: benchSentences,
  explorer: benchExplorer,
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
    keepResults(name, Object.keys(benchmarks));
  }
}
