import { InputError } from "../../base/index.ts";
import type { RunFolder } from "../../platform/node/run/runFolder.ts";
import { withTrunk } from "../../platform/node/trunk/trunk.ts";
import { autoRecipe, configuredParts, type RunConfig } from "../../runs/index.ts";
import { note } from "../console.ts";
import { picturesBegunWith } from "../pictureOptions.ts";
import { trunkBegunWith } from "../trunkOptions.ts";
import { begunWith } from "./trainChoices.ts";
import type { TrainOptions } from "./trainOptions.ts";

/** A resumed run keeps its configuration; only the numbers of epochs and of patience may be others. */
export async function resumedConfig(
  folder: RunFolder,
  options: TrainOptions,
  given: ReadonlySet<string>,
): Promise<RunConfig> {
  const saved = await folder.readConfig();
  const fixed: Readonly<Record<string, string | number | boolean | null>> = {
    data: saved.data.source,
    limit: saved.data.limit,
    validation: saved.data.validation,
    ...picturesBegunWith(saved),
    batchSize: saved.batchSize,
    seed: saved.seed,
    init: saved.init,
    record: saved.record,
    ...begunWith(saved),
    ...trunkBegunWith(saved),
  };
  for (const [name, was] of Object.entries(fixed)) {
    const received = options[name as keyof TrainOptions];
    const is = Array.isArray(received) ? received.join(",") : received;
    if (name === "recipe" && is === autoRecipe) continue;
    if (given.has(name) && was !== is) throw differs(name, was, is, options.out);
  }
  const { epochs = saved.epochs, patience = saved.patience, trunk = saved.trunk } = options;
  if (trunk !== saved.trunk) await withTrunk(configuredParts(saved).encoder, { trunk });
  if (epochs === saved.epochs) return { ...saved, patience, trunk };
  if (saved.schedule.name === "oneCycle" || saved.schedule.name === "warmupCosine") {
    note(
      `the learning rate goes down over all epochs: a run of ${saved.epochs} that goes on to ${epochs} is not what ${epochs} at once would have been`,
    );
  }
  return { ...saved, epochs, patience, trunk };
}

/** What a run does and does not, by the option that says so. */
const manners: Readonly<Record<string, readonly [doing: string, not: string]>> = {
  record: ["records embeddings", "was begun without recording"],
  augment: ["varies its pictures", "leaves its pictures as they are"],
  head: ["trains through a projection head", "has no projection head"],
};

function differs(name: string, was: unknown, is: unknown, run: string): InputError {
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (typeof is === "boolean") {
    const [doing, not] = manners[name] ?? ["does", "does not"];
    return new InputError(
      `--${is ? "" : "no-"}${flag} is not what the run in ${run} does, which ${was ? doing : not}: leave it out to resume`,
    );
  }
  const begun =
    was === null
      ? `run in ${run}, which was begun without it`
      : `${was} that the run in ${run} was begun with`;
  return new InputError(`--${flag} ${is} differs from the ${begun}: leave it out to resume`);
}
